// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/chip/simulate/simulator.hpp"
#include "core/data/dataset.hpp"
#include "evaluators/scoring/scoring.hpp"

namespace mho {

/// The metric of a simulated chip over independent programmings of all its cores: the figures of
/// Score::drift, from the export folder's targets, converters and schedule instead of from the network. Same
/// arguments, same bits.
std::vector<DriftPoint> simulate(const ChipSimulator& simulator, const HeldOut& held_out,
                                 const ScoringConfig& scoring, RandomKey key);

}  // namespace mho
