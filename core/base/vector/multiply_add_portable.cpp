// SPDX-License-Identifier: Apache-2.0
#define MHO_MULTIPLY_ADD multiply_add_portable
#include "core/base/vector/multiply_add.inl"
