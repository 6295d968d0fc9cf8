// SPDX-License-Identifier: Apache-2.0
#define MHO_BFLOAT16_SET portable_bfloat16_kernels
#define MHO_BFLOAT16_NAME "portable"
#include "core/nn/kernels/fast_bfloat16.inl"
