// SPDX-License-Identifier: Apache-2.0
#include "search/objective.hpp"

#include <algorithm>

namespace mho {

double objective(const Score& score, const SearchConfig& search) {
  const auto& day = score.at(kOneDay);
  if (search.objective == "accuracy") return day.mean;
  return day.mean / std::max(day.standard_deviation, smallest_deviation);
}

bool keeps_avm(const Score& score, const SearchConfig& search) { return score.avm <= search.max_avm; }

bool ranks_before(const Score& a, const Score& b, const SearchConfig& search) {
  const bool a_keeps = keeps_avm(a, search), b_keeps = keeps_avm(b, search);
  if (a_keeps != b_keeps) return a_keeps;
  return a_keeps ? objective(a, search) > objective(b, search) : a.avm < b.avm;
}

std::vector<const Trial*> ranking(std::span<const Trial> trials, const SearchConfig& search) {
  std::vector<const Trial*> ranked;
  for (const auto& trial : trials)
    if (!trial.failed && trial.score) ranked.push_back(&trial);
  std::sort(ranked.begin(), ranked.end(), [&](const Trial* a, const Trial* b) {
    if (ranks_before(*a->score, *b->score, search)) return true;
    return !ranks_before(*b->score, *a->score, search) && a->number < b->number;
  });
  return ranked;
}

}  // namespace mho
