// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_BFLOAT16_SET avx2_bfloat16_kernels
#define MHO_BFLOAT16_NAME "avx2"
#include "core/nn/kernels/fast_bfloat16.inl"
#endif
