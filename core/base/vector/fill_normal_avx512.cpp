// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_FILL_NORMAL fill_normal_avx512
#include "core/base/vector/fill_normal.inl"
#endif
