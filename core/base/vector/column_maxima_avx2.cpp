// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_COLUMN_MAXIMA column_maxima_avx2
#include "core/base/vector/column_maxima.inl"
#endif
