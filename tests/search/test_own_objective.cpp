// SPDX-License-Identifier: Apache-2.0
#include "search/own_objective.hpp"

#include <set>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("an objective of one's own is searched without any network") {
  const TemporaryFolder folder;
  SearchConfig search;
  search.objective = "accuracy";
  const auto result = run_search(
      objective_config({}, search), {.folder = folder / "run"},
      make_evaluator([](const Genome& genome, int trial) {
        return plain_score(synthetic_accuracy(genome) + 1e-3 * trial);  // tells first and fresh scores apart
      }));
  REQUIRE(result.trials.size() == 32);
  REQUIRE(result.winners.size() == 3);
  for (const auto& [trial, evaluation] : result.winners) {
    CHECK(trial.score->at(kOneDay).mean == Approx(synthetic_accuracy(trial.genome) + 1e-3 * trial.number));
    CHECK(evaluation.score.at(kOneDay).mean ==
          Approx(synthetic_accuracy(trial.genome) + 1e-3 * (32 + trial.number)));
  }
  CHECK(std::filesystem::exists(folder / "run" / "summary.json"));
  CHECK_FALSE(std::filesystem::exists(folder / "run" / "winners"));
}

TEST_CASE("a judge may give costs, and failed trials") {
  const TemporaryFolder folder;
  SearchConfig search;
  search.proposer = "nsga2";
  search.objectives = {"accuracy_1d", "energy"};
  Evaluator evaluator;
  evaluator.judge = [](const Genome& genome, int number) {
    auto trial = synthetic_trial(number, genome);
    trial.failed = number % 5 == 0;
    return trial;
  };
  const auto result = run_search(objective_config({}, search), {.folder = folder / "run"}, evaluator);
  CHECK(result.trials.size() == 32);
  CHECK(result.front.size() > 2);
  CHECK(result.volume.share > 0);
  for (const auto& trial : result.front) CHECK(trial.number % 5 != 0);
}

TEST_CASE("bounds that need a network are refused, and what an objective throws ends the search") {
  const TemporaryFolder folder;
  SearchConfig search;
  search.max_parameters = 1000;
  const auto evaluator = make_evaluator([](const Genome&, int) -> Score { throw RunError("no table"); });
  CHECK_THAT(message_of<ConfigError>(
                 [&] { run_search(objective_config({}, search), {.folder = folder / "a"}, evaluator); }),
             ContainsSubstring("search.max_parameters"));
  search.max_parameters = 0;
  CHECK_THROWS_AS(run_search(objective_config({}, search), {.folder = folder / "b"}, evaluator), RunError);
}
