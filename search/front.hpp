// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "search/search_config.hpp"
#include "search/trial.hpp"

namespace mho {

/// The trials that no other dominates (largest 1-day accuracy, smallest energy and parameters), by falling
/// accuracy. Constrained domination (Deb et al. 2002): a trial that keeps T_AVM dominates every one that
/// breaks it, and of two that break it the smaller AVM dominates. Trials without score or cost take no part.
std::vector<Trial> pareto_front(std::span<const Trial> trials, const SearchConfig& search);

/// front.csv, a row a trial; accuracies are fractions of 1. Throws RunError.
void write_front(const std::filesystem::path& file, const std::vector<Trial>& front);

}  // namespace mho
