// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_KERNEL_SET avx2_kernels
#define MHO_KERNEL_NAME "avx2"
#include "core/nn/kernels/fast_kernels.inl"
#endif
