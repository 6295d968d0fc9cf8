// SPDX-License-Identifier: Apache-2.0
#define MHO_KERNEL_SET portable_kernels
#define MHO_KERNEL_NAME "portable"
#include "core/nn/kernels/fast_kernels.inl"
