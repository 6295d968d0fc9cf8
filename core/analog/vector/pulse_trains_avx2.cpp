// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#define MHO_DRAW_TRAINS draw_trains_avx2
#define MHO_COINCIDE coincide_avx2
#include "core/analog/vector/pulse_trains.inl"
#endif
