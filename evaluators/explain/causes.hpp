// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/explain/explanation.hpp"

namespace mho {

/// A layer leads where, kept digital, it gives back so much of the best effect's weight and so many times
/// what any other layer gives: one layer is broken, not all of them.
inline constexpr double leading_share = 0.8, leading_factor = 2;

/// Effects by EffectCost::weight, with the keys that mend them on this hardware; before them a layer that
/// leads. Effects that cost no more than their standard error are left out.
std::vector<Cause> rank_causes(const Explanation& explanation, const HardwareConfig& hardware,
                               const PostTrainingConfig& post_training);

}  // namespace mho
