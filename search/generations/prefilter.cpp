// SPDX-License-Identifier: Apache-2.0
#include "search/generations/prefilter.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "search/generations/generation.hpp"
#include "search/models/kendall_tau.hpp"
#include "search/study/objective.hpp"

namespace mho {

int proposals_per_trial(const SearchConfig& search) {
  return search.prefilter == ZeroCostMeasure::none ? 1
                                                   : static_cast<int>(std::ceil(1 / search.prefilter_keep));
}

Proposal prefilter(const SearchConfig& search, const UntrainedMeter* meter, std::vector<Proposal> choices) {
  if (search.prefilter == ZeroCostMeasure::none) return std::move(choices.front());
  if (const auto built = [](const Proposal& choice) { return choice.architecture.has_value(); };
      std::any_of(choices.begin(), choices.end(), built))
    std::erase_if(choices, [&](const Proposal& choice) { return !built(choice); });
  else
    return std::move(choices.front());
  parallel_for(choices.size(), [&](std::size_t i) {
    choices[i].zero_cost = meter->zero_cost(*choices[i].architecture, choices[i].trial);
  });
  const auto promises_less = [&](const Proposal& a, const Proposal& b) {
    return zero_cost_merit(*a.zero_cost, search.prefilter) < zero_cost_merit(*b.zero_cost, search.prefilter);
  };
  return std::move(*std::max_element(choices.begin(), choices.end(), promises_less));
}

std::vector<PrefilterWorth> prefilter_worths(std::span<const Trial> trials, const SearchConfig& search) {
  std::vector<PrefilterWorth> worths;
  if (search.prefilter == ZeroCostMeasure::none) return worths;
  for (const auto measure : all_values<ZeroCostMeasure>()) {
    if (measure == ZeroCostMeasure::none) continue;
    std::vector<double> merits, objectives;
    for (const auto& trial : trials) {
      if (!trial.score || !trial.zero_cost) continue;
      merits.push_back(zero_cost_merit(*trial.zero_cost, measure));
      objectives.push_back(objective(*trial.score, search));
    }
    worths.push_back({word_of(measure), kendall_tau(merits, objectives), static_cast<int>(merits.size())});
  }
  return worths;
}

}  // namespace mho
