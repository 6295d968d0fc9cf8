// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("a space that runs out of genomes ends the search early with a note") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.space = {{4, 8}, {3, 5}, {1, 1}, {1, 1}, {1, 1}, {BlockType::B}, {1, 1}};
  const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
  CHECK(result.trials.size() == 4);
  CHECK_THAT(result.note, ContainsSubstring("the space ran out of new genomes at trial 4 of 14"));
  CHECK(result.winners.size() == 2);
}

TEST_CASE("a failed training is a failed trial and the search goes on") {
  const TemporaryFolder folder;
  auto evaluator = fake_evaluator();
  evaluator.on_evaluate = [](const Architecture& architecture, int trial, const EpochCallback&) {
    auto evaluation = fake_evaluation(architecture, trial);
    evaluation.failed = trial % 3 != 1;
    evaluation.reason = evaluation.failed ? "loss became NaN in epoch 3" : "";
    return evaluation;
  };
  const auto result = run_search(small_config(), {.folder = folder / "run"}, evaluator);
  CHECK(result.trials.size() == 14);
  CHECK(result.trials[0].failed);
  CHECK(result.trials[0].reason == "loss became NaN in epoch 3");
  CHECK_FALSE(result.trials[0].score);
  for (const auto& winner : result.winners) CHECK(winner.trial.number % 3 == 1);
}

TEST_CASE("a search whose trainings all failed has no winner and says so") {
  const TemporaryFolder folder;
  auto evaluator = fake_evaluator();
  evaluator.on_evaluate = [](const Architecture&, int, const EpochCallback&) {
    Evaluation evaluation;
    evaluation.failed = true;
    evaluation.reason = "diverged";
    return evaluation;
  };
  const auto result = run_search(small_config(), {.folder = folder / "run"}, evaluator);
  CHECK(result.winners.empty());
  CHECK_THAT(result.note, ContainsSubstring("no trial ended with a score"));
}

TEST_CASE("when no trial keeps the accuracy-variation bound the lowest ones win, with a note") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.max_avm = 1;
  const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
  CHECK_THAT(result.note, ContainsSubstring("no trial keeps max_avm = 1"));
  REQUIRE(result.winners.size() == 2);
  double lowest = 1e9;
  for (const auto& trial : result.trials) lowest = std::min(lowest, trial.score->avm);
  CHECK(std::min(result.winners[0].trial.score->avm, result.winners[1].trial.score->avm) == lowest);
}

TEST_CASE("a winner near chance on the test split is told of in the note and in a message") {
  const TemporaryFolder folder;
  auto evaluator = fake_evaluator();
  evaluator.on_rescore = [](const Architecture& architecture, const Parameters& parameters, int trial) {
    auto evaluation = fake_evaluation(architecture, trial);
    evaluation.parameters = parameters;
    evaluation.score = make_score(0.36, 0.01, 1);
    evaluation.score.chance = 0.34;
    return evaluation;
  };
  std::string messages;
  SearchOptions options{.folder = folder / "run"};
  options.on_progress = [&](const SearchProgress& progress) { messages += progress.message + "\n"; };
  const auto result = run_search(small_config(), options, evaluator);
  CHECK_THAT(result.note,
             ContainsSubstring("winner 1 has accuracy 36.0 % on the test split after one day: near "
                               "chance, which is 34.0 %"));
  CHECK_THAT(messages, ContainsSubstring(result.note));
  CHECK_THAT(read_text_file(folder / "run" / "summary.json"), ContainsSubstring("near chance"));
}

TEST_CASE("progress without a best trial says what became of the others") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.max_avm = 1;
  std::vector<std::string> reasons;
  SearchOptions options{.folder = folder / "run"};
  options.on_progress = [&](const SearchProgress& progress) {
    if (progress.trial) reasons.push_back(progress.why_none);
  };
  run_search(config, options, fake_evaluator());
  CHECK_THAT(reasons.at(0), ContainsSubstring("of 1 trial 1 broke max_avm = 1 (the lowest AVM is "));
  CHECK_THAT(reasons.at(13), ContainsSubstring("of 14 trials 14 broke max_avm = 1"));
}

TEST_CASE("progress counts up to the total, one thread at a time, with the best trial so far") {
  const TemporaryFolder folder;
  std::mutex busy;
  int trials = 0, messages = 0;
  bool overlapped = false, ordered = true, best_kept_bound = true;
  SearchOptions options{.folder = folder / "run"};
  options.on_progress = [&](const SearchProgress& progress) {
    const std::unique_lock lock(busy, std::try_to_lock);
    overlapped = overlapped || !lock.owns_lock();
    ordered = ordered && progress.total == 14 && (!progress.trial || progress.done == ++trials);
    best_kept_bound = best_kept_bound && (!progress.best || progress.best->score->avm <= 10);
    messages += !progress.message.empty();
  };
  run_search(small_config(), options, fake_evaluator());
  CHECK_FALSE(overlapped);
  CHECK(ordered);
  CHECK(best_kept_bound);
  CHECK(trials == 14);
  CHECK(messages == 1);
}

TEST_CASE("a run folder under a file is an error of the run") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", std::string("x"));
  CHECK_THROWS_AS(run_search(small_config(), {.folder = folder / "file" / "run"}, fake_evaluator()),
                  RunError);
}
