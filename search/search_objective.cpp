// SPDX-License-Identifier: Apache-2.0
#include "search/search_objective.hpp"

#include <chrono>
#include <optional>
#include <set>

namespace mho {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A proposal that is not `known`, if one is drawn; counts the draws.
std::optional<Genome> propose_new(const Proposer& propose, ProposalRequest& request,
                                  const std::set<std::string>& known) {
  for (; request.draw < request.search.max_draws; ++request.draw) {
    auto genome = propose(request);
    if (!known.contains(to_string(genome))) return genome;
  }
  return std::nullopt;
}

Trial make_trial(const ProposalRequest& request, const Genome& genome, const Objective& objective) {
  const double start_s = now_s();
  auto value = objective(genome, request.trial);
  Trial trial;
  trial.number = request.trial;
  trial.genome = genome;
  trial.parameters = value.parameters;
  trial.draws = request.draw + 1;
  trial.failed = value.failed;
  trial.reason = std::move(value.reason);
  if (!value.failed) {
    trial.score = std::move(value.score);
    trial.cost = value.cost;
  }
  trial.wall_s = now_s() - start_s;
  return trial;
}

}  // namespace

Score constant_score(double value, double deviation, double avm) {
  Score score;
  score.digital_accuracy = value;
  for (const double time_s : {kOneSecond, kOneDay, kOneMonth})
    score.drift.push_back({time_s, value, deviation, 1, {value - deviation, value + deviation}});
  score.avm = avm;
  return score;
}

std::vector<Trial> search_objective(const RunConfig& config, const Objective& objective,
                                    const SearchExtensions& extensions, const std::atomic<bool>* stop) {
  check_run_config(config);
  const auto& search = config.search;
  const Space space(config.space);
  const auto propose = make_proposer(config, extensions);
  std::vector<Trial> trials, history;
  std::set<std::string> known;
  for (int number = 0; number < search.trials; ++number) {
    if (number % search.population == 0) history = trials;  // a generation sees earlier ones only
    ProposalRequest request{space, search, history, number, 0};
    const auto genome = propose_new(propose, request, known);
    if (!genome || (stop && *stop)) break;
    auto trial = make_trial(request, *genome, objective);
    if (stop && *stop) break;  // cut off
    known.insert(to_string(*genome));
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace mho
