// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <map>
#include <mutex>
#include <regex>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "search/generations/fidelity.hpp"
#include "search/run_search.hpp"
#include "search/study/run_folder.hpp"
#include "search/study/trial_store.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

constexpr int all_epochs = 20;

/// Generations of 8: 8 to 5 epochs, 4 to 10, 2 to 20.
RunConfig halving_config() {
  auto config = small_config();
  config.search.fidelity = Fidelity::successive_halving;
  config.search.population = 8;
  config.search.trials = 16;
  config.training.epochs = all_epochs;
  return config;
}

/// Counts the epochs of every trial, and how many of them were trained again.
struct Work {
  std::mutex mutex;
  std::map<int, int> epochs;  ///< of a trial
  int total() const {
    int sum = 0;
    for (const auto& [trial, count] : epochs) sum += count;
    return sum;
  }
};

/// The final score is that of fake_evaluation; on the way it grows towards it. The checkpoint carries the
/// parameters, so that a continuation can be told from a new start.
FakeEvaluator rung_evaluator(Work& work) {
  auto evaluator = fake_evaluator();
  evaluator.on_evaluate_rung = [&work](const Architecture& architecture, int trial, int rung,
                                       const TrainingCheckpoint* from, const EpochCallback& on_epoch) {
    const int until =
        training_stages(halving_config().search, all_epochs).at(static_cast<size_t>(rung)).epochs;
    auto evaluation = fake_evaluation(architecture, trial);
    const int begin = from ? from->epochs_done : 0;
    {
      const std::lock_guard lock(work.mutex);
      work.epochs[trial] += until - begin;
    }
    if (!on_epoch(until, 0.5)) evaluation.failed = true;
    if (until == all_epochs) return evaluation;
    for (auto& point : evaluation.score.drift) point.mean *= 1 - 0.5 / until;
    evaluation.cost.reset();
    evaluation.checkpoint = {until, evaluation.parameters, {evaluation.parameters, {}, until}};
    return evaluation;
  };
  return evaluator;
}

std::string remains(const std::filesystem::path& run) {
  return std::regex_replace(read_text_file(run / "trials.jsonl"), std::regex("\"wall_s\":[^,}]*"), "") +
         read_text_file(run / "front.csv") + read_text_file(run / "winners" / "0" / "weights.safetensors");
}

}  // namespace

TEST_CASE("of a generation the best half at each rung goes on, and trains on instead of again") {
  const TemporaryFolder folder;
  Work work;
  const auto config = halving_config();
  const auto result = run_search(config, {.folder = folder / "run"}, rung_evaluator(work));
  REQUIRE(result.trials.size() == 16);
  CHECK(work.total() == 2 * (8 * 5 + 4 * 5 + 2 * 10));
  for (int generation = 0; generation < 2; ++generation) {
    std::map<size_t, std::vector<double>> at_first_rung;  // by rungs reached
    int done = 0;
    for (int i = 0; i < 8; ++i) {
      const auto& trial = result.trials[static_cast<size_t>(8 * generation + i)];
      at_first_rung[trial.rungs.size()].push_back(trial.rungs.at(0).score.at(one_day_s).mean);
      CHECK(trial.given_up() == !trial.score);
      CHECK(trial.rungs.at(0).epochs == 5);
      done += trial.score.has_value();
    }
    CHECK(done == 2);
    CHECK(at_first_rung[1].size() == 4);
    CHECK(at_first_rung[2].size() == 4);
  }
  for (const auto& winner : result.winners) CHECK(winner.trial.score.has_value());
}

TEST_CASE("those that are given up were the weaker ones of their generation at that rung") {
  const TemporaryFolder folder;
  Work work;
  auto config = halving_config();
  config.search.objective = Objective::accuracy;
  const auto result = run_search(config, {.folder = folder / "run"}, rung_evaluator(work));
  for (size_t rung : {0u, 1u}) {
    double best_given_up = 0, worst_promoted = 1;
    for (size_t i = 0; i < 8; ++i) {
      const auto& trial = result.trials[i];
      if (trial.rungs.size() <= rung) continue;
      const double accuracy = trial.rungs[rung].score.at(one_day_s).mean;
      const bool promoted_here = trial.rungs.size() > rung + 1 || trial.score;
      if (promoted_here)
        worst_promoted = std::min(worst_promoted, accuracy);
      else
        best_given_up = std::max(best_given_up, accuracy);
    }
    CHECK(best_given_up < worst_promoted);
  }
}

TEST_CASE(
    "with several objectives a rung gives up none that dominates one that goes on, and keeps both ends") {
  const TemporaryFolder folder;
  Work work;
  auto config = halving_config();
  config.search.objectives = {Objective::accuracy_1d, Objective::energy};
  const auto result = run_search(config, {.folder = folder / "run"}, rung_evaluator(work));
  const auto build = builder_of(Space(config.space));
  std::vector<std::pair<double, double>> on, given_up;  // accuracy, energy
  for (size_t i = 0; i < 8; ++i) {
    const auto& trial = result.trials[i];
    const auto mapped =
        map_onto_chip(build(trial.genome, {12, 12, 1}, 4), config.chip, config.mapping, MappingMode::fast);
    REQUIRE(mapped.mapping);
    (trial.rungs.size() > 1 ? on : given_up)
        .emplace_back(trial.rungs[0].score.at(one_day_s).mean, mapped.mapping->cost.energy_j);
  }
  REQUIRE(on.size() == 4);
  for (const auto& [accuracy, energy] : given_up)
    for (const auto& [its_accuracy, its_energy] : on)
      CHECK_FALSE((accuracy >= its_accuracy && energy <= its_energy));
  const auto cheapest = [](const auto& some) {
    return std::ranges::min(some, {}, [](const auto& point) { return point.second; });
  };
  CHECK(cheapest(on).second < cheapest(given_up).second);
  CHECK(std::ranges::max(on).first > std::ranges::max(given_up).first);
  // Accuracy alone would have kept others: the cheapest is not among the four most accurate.
  CHECK(std::ranges::count_if(given_up, [&](const auto& point) { return point.first > cheapest(on).first; }) >
        0);
}

TEST_CASE("a halved run does not depend on threads") {
  const TemporaryFolder folder;
  for (const int threads : {1, 2}) {
    Work work;
    set_thread_count(threads);
    run_search(halving_config(), {.folder = folder / std::to_string(threads)}, rung_evaluator(work));
    set_thread_count(0);
  }
  CHECK(remains(folder / "1") == remains(folder / "2"));
}

TEST_CASE("a halved run that was killed at any training goes on where its candidates stood") {
  const TemporaryFolder folder;
  Work whole;
  run_search(halving_config(), {.folder = folder / "whole"}, rung_evaluator(whole));
  for (const int after : {3, 8, 10, 13, 20, 27}) {  // calls of evaluate_rung: 8 + 4 + 2 a generation
    const auto run = folder / ("killed" + std::to_string(after));
    Work work;
    std::atomic<bool> stop{false};
    std::atomic<int> calls{0};
    auto evaluator = rung_evaluator(work);
    evaluator.on_evaluate_rung = [&, inner = evaluator.on_evaluate_rung](
                                     const Architecture& architecture, int trial, int rung,
                                     const TrainingCheckpoint* from, const EpochCallback&) {
      const auto evaluation = inner(architecture, trial, rung, from, [](int, double) { return true; });
      if (++calls >= after) stop = true;
      return evaluation;
    };
    const auto stopped = run_search(halving_config(), {.folder = run, .stop = &stop}, evaluator);
    CHECK(stopped.stopped);
    run_search(halving_config(), {.folder = run, .resume = true}, rung_evaluator(work));
    CHECK(remains(run) == remains(folder / "whole"));
    CHECK(work.epochs == whole.epochs);  // nothing that was trained is trained again
  }
}

TEST_CASE("a candidate whose checkpoint is gone is trained from scratch to the same result") {
  const TemporaryFolder folder;
  Work whole, work;
  run_search(halving_config(), {.folder = folder / "whole"}, rung_evaluator(whole));
  std::atomic<bool> stop{false};
  auto evaluator = rung_evaluator(work);
  evaluator.on_evaluate_rung = [&, inner = evaluator.on_evaluate_rung](
                                   const Architecture& architecture, int trial, int rung,
                                   const TrainingCheckpoint* from, const EpochCallback&) {
    if (rung == 1) stop = true;
    return inner(architecture, trial, rung, from, [](int, double) { return true; });
  };
  run_search(halving_config(), {.folder = folder / "run", .stop = &stop}, evaluator);
  for (int trial = 0; trial < 8; ++trial)
    for (int rung : {0, 1}) std::filesystem::remove(RunFolder{folder / "run"}.checkpoint(trial, rung));
  run_search(halving_config(), {.folder = folder / "run", .resume = true}, rung_evaluator(work));
  CHECK(remains(folder / "run") == remains(folder / "whole"));
  CHECK(work.total() > whole.total());
}

TEST_CASE("a training that fails on the way is a failed trial and leaves its place to others") {
  const TemporaryFolder folder;
  Work work;
  auto evaluator = rung_evaluator(work);
  evaluator.on_evaluate_rung = [inner = evaluator.on_evaluate_rung](
                                   const Architecture& architecture, int trial, int rung,
                                   const TrainingCheckpoint* from, const EpochCallback& on_epoch) {
    auto evaluation = inner(architecture, trial, rung, from, on_epoch);
    if (trial % 2 == 0) evaluation.failed = true;
    evaluation.reason = evaluation.failed ? "the loss became nan" : "";
    return evaluation;
  };
  const auto result = run_search(halving_config(), {.folder = folder / "run"}, evaluator);
  int done = 0;
  for (const auto& trial : result.trials) {
    CHECK(trial.failed == (trial.number % 2 == 0));
    done += trial.score.has_value();
  }
  CHECK(done == 2);  // of 4 that did not fail: 2, then 1, in each generation
}

TEST_CASE("no checkpoint is left when a halved run ends") {
  const TemporaryFolder folder;
  Work work;
  run_search(halving_config(), {.folder = folder / "run"}, rung_evaluator(work));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "run" / "candidates"))
    CHECK((entry.is_directory() || entry.path().filename() == "weights.safetensors"));
}
