// SPDX-License-Identifier: Apache-2.0
#include "search/study/confirmation.hpp"

#include <atomic>
#include <cmath>

#include "core/base/error.hpp"
#include "search/judges/function_evaluator.hpp"
#include "search/run_search.hpp"
#include "search/study/trial_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

RunConfig confirming(int confirm) {
  auto config = small_config();
  config.search.objective = Objective::accuracy;
  config.search.trials = 60, config.search.population = 20, config.search.proposer = "random";
  config.search.max_avm = 100;
  config.search.confirm = confirm, config.search.confirm_trainings = 4;
  config.search.winners = 1;
  return config;
}

/// Hardly any difference between genomes, and much luck.
Trial lucky(const Genome& genome, int trial) {
  Random random(RandomKey(3).with("luck", static_cast<std::uint64_t>(trial)));
  return valued_trial(0.5 + 0.001 * genome.number("main_blocks") + 0.05 * random.normal(), 0.01);
}

}  // namespace

TEST_CASE("several trainings' scores together have their mean and the deviation of all") {
  const std::vector<Score> scores{make_score(0.8, 0.03, 2), make_score(0.6, 0.04, 4)};
  const auto both = together(scores);
  CHECK(both.at(one_day_s).mean == Approx(0.7));
  CHECK(both.at(one_day_s).standard_deviation == Approx(std::sqrt((0.0009 + 0.0016) / 2 + 0.01)));
  CHECK(both.at(one_day_s).programmings == 50);
  CHECK(both.avm == Approx(3));
}

TEST_CASE("the best are trained again before a winner is named, and the luck that goes is told") {
  const TemporaryFolder folder;
  const auto result = run_search(confirming(10), {.folder = folder / "run"}, FunctionEvaluator(lucky));
  REQUIRE(result.confirmations.size() == 10);
  REQUIRE(result.winners.size() == 1);
  double first = 0, fresh = 0, best = 0;
  for (const auto& confirmation : result.confirmations) {
    first += confirmation.first.at(one_day_s).mean / 10;
    fresh += confirmation.trial.score->at(one_day_s).mean / 10;
    best = std::max(best, confirmation.trial.score->at(one_day_s).mean);
  }
  // The best 10 of 60 lie 1.5 deviations of 0.05 up on average; fresh trainings of them do not: mean of 40.
  CHECK(first - fresh > 0.04);
  CHECK(std::abs(fresh - 0.5) < 5 * 0.05 / std::sqrt(40.0) + 0.002);
  CHECK(result.winners[0].trial.score->at(one_day_s).mean == best);
  CHECK_THAT(luck_note(result.confirmations), ContainsSubstring("over the best 10"));
}

TEST_CASE("a resume trains nothing again that was confirmed, and ends the same") {
  const TemporaryFolder folder;
  const auto config = confirming(5);
  const auto whole = run_search(config, {.folder = folder / "run"}, FunctionEvaluator(lucky));
  CHECK(read_trials(folder / "run" / "confirmations.jsonl").size() == 20);
  std::atomic<int> calls{0};
  const auto again = run_search(config, {.folder = folder / "run", .resume = true},
                                FunctionEvaluator([&](const Genome& genome, int trial) {
                                  ++calls;
                                  return lucky(genome, trial);
                                }));
  CHECK(calls == 0);
  CHECK(again.winners[0].trial.number == whole.winners[0].trial.number);
}

TEST_CASE("a search in memory has nothing to confirm in") {
  CHECK_THAT(message_of<ConfigError>([&] { run_search(confirming(5), {}, FunctionEvaluator(lucky)); }),
             ContainsSubstring("search.confirm: expected a run folder"));
}
