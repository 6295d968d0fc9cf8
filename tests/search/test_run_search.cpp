// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <set>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "search/study/objective.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"
#include "tests/search/run_remains.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

SearchResult search_with_threads(int threads, const std::filesystem::path& folder) {
  set_thread_count(threads);
  const auto result = run_search(small_config(), {.folder = folder}, fake_evaluator());
  set_thread_count(0);
  return result;
}

bool is_inside(const std::filesystem::path& run, const std::string& path) {
  return std::filesystem::exists(run / path);
}

}  // namespace

TEST_CASE("a search records every trial once, each genome new, and exports its winners") {
  const TemporaryFolder folder;
  const auto config = small_config();
  const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
  CHECK(result.note.empty());
  CHECK_FALSE(result.stopped);
  REQUIRE(result.trials.size() == 14);
  std::set<std::string> genomes;
  for (int i = 0; i < 14; ++i) {
    const auto& trial = result.trials[static_cast<size_t>(i)];
    CHECK(trial.number == i);
    CHECK(Space(config.space).contains(trial.genome));
    genomes.insert(to_string(trial.genome));
  }
  CHECK(genomes.size() == 14);
  REQUIRE(result.winners.size() == 2);
  for (const auto& file :
       {"config.toml", "chip.toml", "trials.jsonl", "front.csv", "winners/0/architecture.json",
        "winners/0/weights.safetensors", "winners/1/score.json", "winners/1/chip/targets.npz"})
    CHECK(is_inside(folder / "run", file));
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "run" / "candidates"), {}) == 2);
}

TEST_CASE("the winner that is returned is the trial that is reported, with its own trained weights") {
  const TemporaryFolder folder;
  const auto config = small_config();
  const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
  const auto ranked = ranking(result.trials, config.search);
  for (size_t place = 0; place < 2; ++place) {
    const auto& [trial, evaluation] = result.winners[place];
    CHECK(trial.number == ranked[place]->number);
    CHECK(keeps_avm(*trial.score, config.search));
    const auto saved = load_candidate(folder / "run" / "winners" / std::to_string(place));
    CHECK(saved.architecture.name() == trial.name);
    const auto trained = fake_evaluation(saved.architecture, trial.number).parameters;
    REQUIRE(saved.parameters.size() == trained.size());
    for (size_t n = 0; n < trained.size(); ++n) CHECK(saved.parameters[n].weight == trained[n].weight);
    CHECK(evaluation.score.at(1).mean ==
          fake_evaluation(saved.architecture, trial.number + 1000).score.at(1).mean);
  }
}

TEST_CASE("what the test split says of the winners changes nothing about their order") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.winners = 4;
  auto evaluator = fake_evaluator();
  int rescored = 0;
  evaluator.on_rescore = [&](const Architecture& architecture, const Parameters& parameters, int trial) {
    auto evaluation = fake_evaluation(architecture, trial);
    evaluation.parameters = parameters;
    evaluation.score = make_score(0.1 * ++rescored, 0.01, 1);  // the last of the selection is the best here
    return evaluation;
  };
  const auto result = run_search(config, {.folder = folder / "run"}, evaluator);
  REQUIRE(result.winners.size() == 4);
  const auto ranked = ranking(result.trials, config.search);
  for (size_t place = 0; place < 4; ++place)
    CHECK(result.winners[place].trial.number == ranked[place]->number);
}

TEST_CASE("one thread and two give the same run") {
  const TemporaryFolder folder;
  search_with_threads(1, folder / "one");
  search_with_threads(2, folder / "two");
  CHECK(remains(folder / "one") == remains(folder / "two"));
}

TEST_CASE("the hard constraints hold for every trial") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.max_parameters = 3000;
  config.search.max_cores = 1;
  const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
  config.search.proposer = "bayesian";
  config.search.surrogate_pool = 32;
  for (const auto& trial : run_search(config, {.folder = folder / "bayesian"}, fake_evaluator()).trials)
    CHECK(trial.parameters <= 3000);
  int draws = 0;
  for (const auto& trial : result.trials) {
    CHECK(trial.parameters <= 3000);
    draws += trial.draws;
  }
  CHECK(draws > 14);
}

TEST_CASE(
    "an infeasible space is refused with the constraint that did it, and the folder can be used again") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.max_draws = 50;
  config.search.max_parameters = 10;
  const auto refused = [&] {
    return message_of<ConfigError>([&] { run_search(config, {.folder = folder / "run"}, fake_evaluator()); });
  };
  CHECK_THAT(refused(),
             ContainsSubstring("no genome of the space keeps max_parameters = 10") &&
                 ContainsSubstring("of 6,336 genomes, all there are, 6,336 refused by parameters, 0 by "
                                   "multiply-accumulates, 0 by cores"));
  config.search.max_parameters = 0;
  config.search.max_macs = 10;
  CHECK_THAT(refused(),
             ContainsSubstring("max_macs = 10") && ContainsSubstring("6,336 by multiply-accumulates"));
  config.search.max_macs = 0;
  config.chip.crossbar_rows = config.chip.crossbar_columns = config.hardware.crossbar_rows =
      config.hardware.crossbar_columns = 2;
  CHECK_THAT(refused(), ContainsSubstring("max_parameters = none") && ContainsSubstring("max_cores = 4") &&
                            ContainsSubstring("0 by multiply-accumulates, 6,336 by cores"));
}
