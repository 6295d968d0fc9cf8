// SPDX-License-Identifier: Apache-2.0
#define MHO_DRAW_TRAINS draw_trains_portable
#define MHO_COINCIDE coincide_portable
#include "core/analog/vector/pulse_trains.inl"
