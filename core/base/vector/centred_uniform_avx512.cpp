// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_CENTRED_UNIFORM fill_centred_uniform_avx512
#include "core/base/vector/centred_uniform.inl"
#endif
