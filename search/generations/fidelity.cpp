// SPDX-License-Identifier: Apache-2.0
#include "search/generations/fidelity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// reduction^(rungs - 1): how much longer the last rung is than the first.
double longest(const SearchConfig& search) { return std::pow(search.reduction, search.rungs - 1); }

}  // namespace

std::vector<TrainingStage> training_stages(const SearchConfig& search, int epochs) {
  std::vector<TrainingStage> stages;
  if (search.fidelity == Fidelity::none) return stages;
  for (int left = search.rungs - 1; left >= 0; --left) {
    const double shorter = std::pow(search.reduction, left);
    stages.push_back({static_cast<int>(std::ceil(epochs / shorter)),
                      std::pow(search.rung_data, static_cast<double>(left) / (search.rungs - 1))});
  }
  return stages;
}

std::size_t promoted(std::size_t candidates, int reduction) {
  return std::max<std::size_t>(1, candidates / static_cast<std::size_t>(reduction));
}

void check_fidelity(const SearchConfig& search, int epochs) {
  if (search.fidelity == Fidelity::none) return;
  const auto needed = fmt::format("search.reduction ^ (search.rungs - 1) = {} ^ {} = {:.0f}",
                                  search.reduction, search.rungs - 1, longest(search));
  if (epochs < longest(search))
    throw ConfigError(fmt::format("training.epochs: expected at least {}, got {}", needed, epochs));
  if (search.population < longest(search))
    throw ConfigError(fmt::format(
        "search.population: expected at least {}, so that one of a generation is fully trained, got {}",
        needed, search.population));
}

}  // namespace mho
