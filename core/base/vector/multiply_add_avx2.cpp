// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_MULTIPLY_ADD multiply_add_avx2
#include "core/base/vector/multiply_add.inl"
#endif
