// SPDX-License-Identifier: Apache-2.0
#include "search/search_objective.hpp"

#include <chrono>
#include <optional>
#include <set>

#include "search/check_search.hpp"
#include "search/surrogate_guide.hpp"

namespace mho {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A proposal that is not `known`, if one is drawn; counts the draws.
std::optional<Genome> propose_new(const Proposer& propose, ProposalRequest& request,
                                  const std::set<std::string>& known) {
  request.acceptable = [&](const Genome& genome) { return !known.contains(to_string(genome)); };
  for (; request.draw < request.search.max_draws; ++request.draw) {
    auto genome = propose(request);
    if (request.acceptable(genome)) return genome;
  }
  return std::nullopt;
}

Trial judged(const ProposalRequest& request, const Genome& genome,
             const std::function<Trial(const Genome&, int)>& judge) {
  const double start_s = now_s();
  auto trial = judge(genome, request.trial);
  trial.number = request.trial;
  trial.genome = genome;
  trial.draws = request.draw + 1;
  trial.wall_s = now_s() - start_s;
  return trial;
}

}  // namespace

std::vector<Trial> search_objective(const RunConfig& config,
                                    const std::function<Trial(const Genome&, int trial)>& judge,
                                    const SearchExtensions& extensions, const std::atomic<bool>* stop) {
  check_run_config(config);
  Evaluator evaluator;
  evaluator.judge = judge;
  check_search(config, {}, evaluator);
  const auto& search = config.search;
  const Space space(config.space);
  const auto propose = make_proposer(config, extensions);
  SurrogateGuide guide(config, extensions);
  std::vector<Trial> trials, history;
  std::vector<Genome> pending;  // of this generation, which sees the trials of earlier ones only
  std::set<std::string> known;
  for (int number = 0; number < search.trials; ++number) {
    if (number % search.population == 0) {
      history = trials;
      pending.clear();
      guide.learn(history);
    }
    ProposalRequest request{.space = space,
                            .search = search,
                            .history = history,
                            .trial = number,
                            .earlier = guide.earlier(),
                            .pending = pending,
                            .surrogate = guide.trusted()};
    const auto genome = propose_new(propose, request, known);
    if (!genome || (stop && *stop)) break;
    auto trial = judged(request, *genome, judge);
    if (stop && *stop) break;  // cut off
    known.insert(to_string(*genome));
    pending.push_back(*genome);
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace mho
