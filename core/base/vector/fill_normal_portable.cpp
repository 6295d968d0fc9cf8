// SPDX-License-Identifier: Apache-2.0
#define MHO_FILL_NORMAL fill_normal_portable
#include "core/base/vector/fill_normal.inl"
