// SPDX-License-Identifier: Apache-2.0
#include "search/search_objective.hpp"

#include <chrono>
#include <optional>
#include <set>

#include "search/check_search.hpp"
#include "search/draw_genome.hpp"
#include "search/surrogate_guide.hpp"

namespace mho {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Trial judged(int number, const DrawnGenome& drawn, const std::function<Trial(const Genome&, int)>& judge) {
  const double start_s = now_s();
  auto trial = judge(drawn.genome, number);
  trial.number = number;
  trial.genome = drawn.genome;
  trial.draws = drawn.draws;
  trial.wall_s = now_s() - start_s;
  return trial;
}

}  // namespace

ObjectiveSearch search_objective(const RunConfig& config,
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
  ObjectiveSearch result;
  auto& trials = result.trials;
  std::vector<Trial> history;
  std::vector<Genome> pending;  // of this generation, which sees the trials of earlier ones only
  std::set<std::string> known;
  const Refuse refuse = [&known](const Genome& genome) {
    return known.contains(to_string(genome)) ? std::optional(Refusal::known) : std::nullopt;
  };
  for (int number = 0; number < search.trials; ++number) {
    if (number % search.population == 0) {
      history = trials;
      pending.clear();
      guide.learn(history);
    }
    Draws draws;
    const auto drawn = draw_genome(propose,
                                   {.space = space,
                                    .search = search,
                                    .history = history,
                                    .trial = number,
                                    .earlier = guide.earlier(),
                                    .pending = pending,
                                    .surrogate = guide.trusted()},
                                   refuse, draws);
    if (!drawn) result.note = exhausted_note(search, number, draws);
    if (!drawn || (stop && *stop)) break;
    auto trial = judged(number, *drawn, judge);
    if (stop && *stop) break;  // cut off
    known.insert(to_string(drawn->genome));
    pending.push_back(drawn->genome);
    trials.push_back(std::move(trial));
  }
  return result;
}

}  // namespace mho
