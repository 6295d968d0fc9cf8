// SPDX-License-Identifier: Apache-2.0
#include "search/front.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/files/text_file.hpp"
#include "search/objective.hpp"

namespace mho {
namespace {

double day_accuracy(const Trial& trial) { return trial.score->at(kOneDay).mean; }

bool dominates(const Trial& a, const Trial& b, const SearchConfig& search) {
  const bool a_keeps = keeps_avm(*a.score, search), b_keeps = keeps_avm(*b.score, search);
  if (a_keeps != b_keeps) return a_keeps;
  if (!a_keeps) return a.score->avm < b.score->avm;
  const bool no_worse = day_accuracy(a) >= day_accuracy(b) && a.cost->energy_j <= b.cost->energy_j &&
                        a.parameters <= b.parameters;
  const bool better =
      day_accuracy(a) > day_accuracy(b) || a.cost->energy_j < b.cost->energy_j || a.parameters < b.parameters;
  return no_worse && better;
}

}  // namespace

std::vector<Trial> pareto_front(std::span<const Trial> trials, const SearchConfig& search) {
  std::vector<Trial> candidates, front;
  for (const auto& trial : trials)
    if (!trial.failed && trial.score && trial.cost) candidates.push_back(trial);
  for (const auto& trial : candidates)
    if (std::none_of(candidates.begin(), candidates.end(),
                     [&](const Trial& other) { return dominates(other, trial, search); }))
      front.push_back(trial);
  std::stable_sort(front.begin(), front.end(),
                   [](const Trial& a, const Trial& b) { return day_accuracy(a) > day_accuracy(b); });
  return front;
}

void write_front(const std::filesystem::path& file, const std::vector<Trial>& front) {
  std::string text = "trial,genome,accuracy_1d,deviation_1d,avm_points,energy_j,latency_s,cores,parameters\n";
  for (const auto& trial : front)
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", trial.number, to_string(trial.genome),
                        day_accuracy(trial), trial.score->at(kOneDay).standard_deviation, trial.score->avm,
                        trial.cost->energy_j, trial.cost->latency_s, trial.cost->cores, trial.parameters);
  write_file_atomically(file, text);
}

}  // namespace mho
