// SPDX-License-Identifier: Apache-2.0
#define MHO_CENTRED_UNIFORM fill_centred_uniform_portable
#include "core/base/vector/centred_uniform.inl"
