// SPDX-License-Identifier: Apache-2.0
#include "search/study/objective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/base/suggest.hpp"
#include "search/study/objectives.hpp"

namespace mho {

double day_gain(const Score& score) { return metric_of(score.metric).gain(score.at(one_day_s).mean); }

double objective(const Score& score, const SearchConfig& search) {
  if (!is_over_sigma(search)) return day_gain(score);
  return day_gain(score) / std::max(score.at(one_day_s).standard_deviation, smallest_deviation);
}

bool keeps_avm(const Score& score, const SearchConfig& search) { return score.avm <= search.max_avm; }

std::vector<const Trial*> ranking(std::span<const Trial> trials, const SearchConfig& search) {
  using Place = std::tuple<bool, double, int, const Trial*>;  // smaller is before
  std::vector<Place> places;
  for (const auto& trial : trials) {
    if (trial.failed || !trial.score) continue;
    const bool keeps = keeps_avm(*trial.score, search);
    places.emplace_back(!keeps, keeps ? -objective(*trial.score, search) : trial.score->avm, trial.number,
                        &trial);
  }
  std::sort(places.begin(), places.end());
  std::vector<const Trial*> ranked;
  for (const auto& place : places) ranked.push_back(std::get<const Trial*>(place));
  return ranked;
}

std::string why_none(std::span<const Trial> trials, const SearchConfig& search) {
  const Trial* last_failed = nullptr;
  int failed = 0, given_up = 0;
  for (const auto& trial : trials) {
    given_up += trial.given_up();
    if (!trial.failed) continue;
    ++failed;
    last_failed = &trial;
  }
  std::vector<std::string> reasons;
  if (failed > 0) reasons.push_back(fmt::format("{} failed (the last: {})", failed, last_failed->reason));
  if (given_up > 0) reasons.push_back(fmt::format("{} given up", given_up));
  const auto ranked = ranking(trials, search);
  if (!ranked.empty() && !keeps_avm(*ranked.front()->score, search))
    reasons.push_back(fmt::format("{} broke max_avm = {} (the lowest AVM is {:.2f})", ranked.size(),
                                  search.max_avm, ranked.front()->score->avm));
  return fmt::format("of {} trial{} {}", trials.size(), trials.size() == 1 ? "" : "s", join(reasons));
}

}  // namespace mho
