// SPDX-License-Identifier: Apache-2.0
#define MHO_COLUMN_MAXIMA column_maxima_portable
#include "core/base/vector/column_maxima.inl"
