// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "evaluators/training/training_schedule.hpp"
#include "search/search_config.hpp"

namespace mho {

/// The rungs of a training of `epochs` epochs, as stages: rung k of K ends after epochs / reduction^(K - k)
/// epochs (rounded up) and goes through rung_data^((K - k) / (K - 1)) of the samples. Empty with fidelity
/// "none".
std::vector<TrainingStage> training_stages(const SearchConfig& search, int epochs);

/// How many of `candidates` that reached a rung go on: 1 in `reduction`, one at least.
std::size_t promoted(std::size_t candidates, int reduction);

/// Throws ConfigError when the epochs or the population are too few for the rungs.
void check_fidelity(const SearchConfig& search, int epochs);

}  // namespace mho
