// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/scoring/scoring.hpp"

namespace mho {

/// Why a score after one day on `samples` is not clearly better than an answer that looks at no sample
/// (Metric::chance); "" when it is. Clearly better: a tenth of the way from there to the best is gone, and
/// two standard deviations of luck are passed.
std::string no_better_than_chance(const Score& score, const Samples& samples);

/// Whether less than a quarter of that way is gone after one day; false where Score::chance is not known.
bool is_near_chance(const Score& score);

}  // namespace mho
