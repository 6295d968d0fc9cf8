// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/base/parallel.hpp"
#include "core/base/quantity.hpp"
#include "search/generations/generation.hpp"

namespace mho {
namespace {

/// Of the proposals that are to be trained, so many as run side by side.
std::vector<const Proposal*> first_trials(const Study& study, const Generation& generation) {
  std::vector<const Proposal*> first;
  for (const auto& proposal : generation.proposals)
    if (proposal.architecture && proposal.failure.empty() && !study.store->find(proposal.trial) &&
        std::ssize(first) < thread_count())
      first.push_back(&proposal);
  return first;
}

}  // namespace

std::string estimate_time(const Study& study, const Generation& generation) {
  const auto* networks = study.evaluator.networks();
  const auto& search = study.config.search;
  if (!study.options.on_progress || !networks || search.fidelity != Fidelity::none) return "";
  const auto first = first_trials(study, generation);
  std::vector<std::optional<double>> seconds(first.size());
  parallel_for(first.size(), [&](std::size_t i) {
    if (!study.stopped())
      seconds[i] = networks->configured(first[i]->genome)->estimate_s(*first[i]->architecture);
  });
  double sum = 0;
  int known = 0;
  for (const auto& one : seconds)
    if (one) sum += *one, ++known;
  if (known == 0) return "";
  const int side_by_side = std::min(search.population, thread_count());
  const int left = search.trials - generation.proposals.front().trial;
  const int waves = left / search.population * ((search.population - 1) / side_by_side + 1) +
                    (left % search.population + side_by_side - 1) / side_by_side;
  return fmt::format("about {} for {} trials, as {} of them would take now",
                     format_duration(sum / known * waves), left, known);
}

}  // namespace mho
