// SPDX-License-Identifier: Apache-2.0
#include "search/judges/function_evaluator.hpp"

#include <atomic>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <set>

#include "core/base/error.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/synthetic.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

Trial few_blocks(const Genome& genome, int) {
  return valued_trial(-genome.number("main_blocks") - genome.number("stem_channels"));
}

/// In memory.
SearchResult search_function(const RunConfig& config, const FunctionEvaluator::Function& function) {
  return run_search(config, {}, FunctionEvaluator(function));
}

}  // namespace

TEST_CASE("a value is a trial's own, and no digital accuracy") {
  const auto trial = valued_trial(-3, 0.5, 2);
  CHECK(trial.value == -3);
  CHECK(std::isnan(trial.score->digital));
  CHECK(trial.score->at(one_day_s).mean == -3);
  CHECK(trial.score->at(one_day_s).standard_deviation == 0.5);
  CHECK(trial.score->avm == 2);
  const auto read = read_trial(to_json_line(trial), "here");
  CHECK(read.value == -3);
  CHECK(to_json_line(read) == to_json_line(trial));
  CHECK_THAT(to_json_line(make_trial(1, 0.9, 0.01, 2)), !ContainsSubstring("value"));
}

TEST_CASE("a function that cannot be called side by side is called in the order of the trials") {
  auto config = small_config();
  config.search.population = 7;
  std::vector<int> order;
  const auto call = [&](const Genome& genome, int trial) {
    order.push_back(trial);
    return few_blocks(genome, trial);
  };
  run_search(config, {}, FunctionEvaluator(call, false));
  REQUIRE(order.size() == 14);
  for (int i = 0; i < 14; ++i) CHECK(order[static_cast<size_t>(i)] == i);
}

TEST_CASE("in memory nothing is written, and the rest is as in a run folder") {
  const TemporaryFolder folder;
  const auto config = small_config();
  std::atomic<int> calls{0};
  const auto count = [&](const Genome& genome, int trial) {
    ++calls;
    return few_blocks(genome, trial);
  };
  const auto found = search_function(config, count);
  CHECK(calls == 14);
  CHECK(found.winners.empty());
  const auto kept = run_search(config, {.folder = folder / "run"}, FunctionEvaluator(few_blocks));
  REQUIRE(found.trials.size() == kept.trials.size());
  for (size_t i = 0; i < kept.trials.size(); ++i) CHECK(found.trials[i].genome == kept.trials[i].genome);
}

TEST_CASE("an objective of one's own is searched without any network") {
  const TemporaryFolder folder;
  SearchConfig search;
  search.objective = Objective::accuracy;
  const auto result = run_search(
      function_config({}, search), {.folder = folder / "run"},
      FunctionEvaluator([](const Genome& genome, int trial) {
        return valued_trial(synthetic_accuracy(genome) + 1e-3 * trial);  // a second judgement would have another number
      }));
  REQUIRE(result.trials.size() == 32);
  REQUIRE(result.winners.size() == 3);
  for (const auto& [trial, evaluation] : result.winners) {
    CHECK(trial.score->at(one_day_s).mean == Approx(synthetic_accuracy(trial.genome) + 1e-3 * trial.number));
    CHECK(evaluation.score.at(one_day_s).mean == trial.score->at(one_day_s).mean);
  }
  CHECK(std::filesystem::exists(folder / "run" / "summary.json"));
  CHECK_FALSE(std::filesystem::exists(folder / "run" / "winners"));
}

TEST_CASE("a function may give costs, and failed trials") {
  const TemporaryFolder folder;
  SearchConfig search;
  search.proposer = "nsga2";
  search.objectives = {Objective::accuracy_1d, Objective::energy};
  const FunctionEvaluator evaluator([](const Genome& genome, int number) {
    auto trial = synthetic_trial(number, genome);
    trial.failed = number % 5 == 0;
    return trial;
  });
  const auto result = run_search(function_config({}, search), {.folder = folder / "run"}, evaluator);
  CHECK(result.trials.size() == 32);
  CHECK(result.front.size() > 2);
  CHECK(result.volume.share > 0);
  for (const auto& trial : result.front) CHECK(trial.number % 5 != 0);
}

TEST_CASE("bounds that need a network are refused, and what an objective throws ends the search") {
  const TemporaryFolder folder;
  SearchConfig search;
  search.max_parameters = 1000;
  const FunctionEvaluator evaluator([](const Genome&, int) -> Trial { throw RunError("no table"); });
  CHECK_THAT(message_of<ConfigError>(
                 [&] { run_search(function_config({}, search), {.folder = folder / "a"}, evaluator); }),
             ContainsSubstring("search.max_parameters"));
  search.max_parameters = 0;
  CHECK_THROWS_AS(run_search(function_config({}, search), {.folder = folder / "b"}, evaluator), RunError);
}

TEST_CASE("every native proposer searches a function, the same way again, no genome twice") {
  for (const auto& name : proposer_names()) {
    auto config = small_config();
    config.search.proposer = name;
    const auto found = search_function(config, few_blocks);
    const auto trials = found.trials, again = search_function(config, few_blocks).trials;
    CHECK(found.note.empty());
    REQUIRE(trials.size() == 14);
    std::set<std::string> genomes;
    for (size_t i = 0; i < trials.size(); ++i) {
      CHECK(trials[i].number == static_cast<int>(i));
      CHECK(trials[i].genome == again[i].genome);
      CHECK(trials[i].score->at(one_day_s).mean == few_blocks(trials[i].genome, 0).score->at(one_day_s).mean);
      genomes.insert(to_string(trials[i].genome));
    }
    CHECK(genomes.size() == 14);
  }
}

TEST_CASE("a failed value is a failed trial with its reason") {
  const auto trials = search_function(small_config(), [](const Genome&, int trial) {
                        auto value = few_blocks(AnalogNasGenome{}, trial);
                        if (trial == 3) {
                          value.score.reset();
                          value.failed = true;
                          value.reason = "no";
                        }
                        return value;
                      }).trials;
  CHECK(trials.at(3).failed);
  CHECK(trials.at(3).reason == "no");
  CHECK_FALSE(trials.at(3).score);
  CHECK(trials.at(4).score);
}

TEST_CASE("a surrogate is asked once it has learned, and what needs networks is refused") {
  auto config = small_config();
  config.search.trials = 40;
  config.search.proposer = "evolution";
  config.search.objective = Objective::accuracy;
  const auto plain = search_function(config, few_blocks).trials;
  config.search.surrogate = SurrogateKind::gp;
  const auto screened = search_function(config, few_blocks).trials;
  REQUIRE(screened.size() == plain.size());
  bool differs = false;
  for (size_t i = 0; i < plain.size(); ++i) differs = differs || !(plain[i].genome == screened[i].genome);
  CHECK(differs);
  config.search.surrogate = SurrogateKind::none;
  config.search.prefilter = ZeroCostMeasure::naswot;
  CHECK_THROWS_AS(search_function(config, few_blocks), ConfigError);
}

TEST_CASE("a stopped search keeps what was finished before") {
  std::atomic<bool> stop{false};
  const auto call = [&](const Genome& genome, int trial) {
    stop = trial == 5;
    auto judged = few_blocks(genome, trial);
    judged.failed = stop;  // cut off
    return judged;
  };
  const auto found = run_search(small_config(), {.stop = &stop}, FunctionEvaluator(call, false));
  CHECK(found.stopped);
  CHECK(found.trials.size() == 5);
  CHECK(found.note.empty());
}

TEST_CASE("a space with fewer genomes than trials ends the search early, and the note says why") {
  auto config = small_config();
  config.space = {.stem_channels = {4, 6},
                  .stem_kernels = {3},
                  .main_blocks = {1, 1},
                  .residual_blocks = {1, 1},
                  .branches = {1, 1},
                  .block_types = {BlockType::B},
                  .widening = {1, 2}};
  config.search.proposer = "random";
  const auto found = search_function(config, few_blocks);
  CHECK(found.trials.size() == 4);
  CHECK_THAT(found.note,
             ContainsSubstring("the space ran out of new genomes at trial 4 of 14: of its 4 genomes 4"));
}

TEST_CASE("evolution makes every trial asked for, however small its population") {
  auto config = small_config();  // 6,336 genomes
  config.search.proposer = "evolution";
  const auto [population, trials] = GENERATE(table<int, int>({{1, 150}, {8, 1000}}));
  config.search.population = population;
  config.search.trials = trials;
  const auto found = search_function(config, few_blocks);
  CHECK(std::ssize(found.trials) == trials);
  CHECK(found.note.empty());
}
