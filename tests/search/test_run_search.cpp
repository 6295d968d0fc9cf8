// SPDX-License-Identifier: Apache-2.0
#include "search/run_search.hpp"

#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "search/study/objective.hpp"
#include "search/study/trial_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

std::string without_wall_times(const std::filesystem::path& file) {
  return std::regex_replace(read_text_file(file), std::regex(",\"wall_s\":[^}]*"), "");
}

/// Everything that a finished run leaves and that must not depend on how it came to be.
std::string remains(const std::filesystem::path& run) {
  std::string text = without_wall_times(run / "trials.jsonl") + read_text_file(run / "front.csv");
  for (const auto& winner : {"0", "1"})
    text += read_text_file(run / "winners" / winner / "weights.safetensors") +
            read_text_file(run / "winners" / winner / "architecture.json");
  return text;
}

SearchResult search_with_threads(int threads, const std::filesystem::path& folder) {
  set_thread_count(threads);
  const auto result = run_search(small_config(), {.folder = folder}, fake_evaluator());
  set_thread_count(0);
  return result;
}

/// Runs until `trials` are recorded, then as after `kill -9`: with half a line more.
void crash_after(int trials, const RunConfig& config, const std::filesystem::path& run) {
  std::atomic<bool> stop{false};
  const auto result =
      run_search(config,
                 {.folder = run,
                  .stop = &stop,
                  .on_progress = [&](const SearchProgress& p) { stop = stop || p.done >= trials; }},
                 fake_evaluator());
  REQUIRE(result.stopped);
  REQUIRE(result.winners.empty());
  std::ofstream(run / "trials.jsonl", std::ios::app) << to_json_line(result.trials[0]).substr(0, 90);
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
    CHECK(saved.architecture.name() == to_string(trial.genome));
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

TEST_CASE("a run that was killed anywhere ends as if it had not been, whatever proposes") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.surrogate_pool = 64;
  config.search.surrogate_floor = -1;  // the surrogate screens as soon as it can be checked
  const auto [name, surrogate] = GENERATE(table<std::string, std::string>({{"evolution", "none"},
                                                                           {"evolution", "gp"},
                                                                           {"random", "none"},
                                                                           {"latin_hypercube", "none"},
                                                                           {"nsga2", "none"},
                                                                           {"bayesian", "none"}}));
  config.search.proposer = name;
  config.search.surrogate = surrogate;
  if (name == "nsga2") config.search.objectives = {"accuracy_1d", "energy"};
  const auto whole = run_search(config, {.folder = folder / "whole"}, fake_evaluator());
  if (surrogate == "gp") REQUIRE(whole.surrogate->used_generations > 0);
  const bool everywhere = name == "evolution" && surrogate == "none";
  for (const int trials : everywhere ? std::vector{1, 4, 6, 13} : std::vector{6}) {
    const auto run = folder / ("killed" + std::to_string(trials));
    crash_after(trials, config, run);
    const int recorded = TrialFile(run / "trials.jsonl").count();
    std::atomic<int> trained{0};
    auto evaluator = fake_evaluator();
    evaluator.on_evaluate = [&](const Architecture& architecture, int trial, const EpochCallback&) {
      ++trained;
      return fake_evaluation(architecture, trial);
    };
    run_search(config, {.folder = run, .resume = true}, evaluator);
    CHECK(remains(run) == remains(folder / "whole"));
    CHECK(trained == 14 - recorded);
  }
}

TEST_CASE("a stopped run leaves trials by number, their front and a summary, and no winner") {
  const TemporaryFolder folder;
  const auto config = small_config();
  const auto run = folder / "run";
  std::atomic<bool> stop{false};
  const auto result = run_search(
      config,
      {.folder = run, .stop = &stop, .on_progress = [&](const SearchProgress& p) { stop = p.done >= 6; }},
      fake_evaluator());
  REQUIRE(result.stopped);
  REQUIRE_FALSE(result.front.empty());
  const auto summary = nlohmann::json::parse(read_text_file(run / "summary.json"));
  CHECK(summary["stopped"] == true);
  CHECK(summary["trials"] == result.trials.size());
  CHECK(summary["front"]["trials"].size() == result.front.size());
  CHECK(summary["winners"].empty());
  const auto rows = read_text_file(run / "front.csv");
  CHECK(std::count(rows.begin(), rows.end(), '\n') == std::ssize(result.front) + 1);
  CHECK_FALSE(is_inside(run, "winners"));
}

TEST_CASE("a run that is stopped while its winners are scored again has its front, and resumes") {
  const TemporaryFolder folder;
  std::atomic<bool> stop{false};
  auto evaluator = fake_evaluator();
  evaluator.on_rescore = [&](const Architecture& architecture, const Parameters& parameters, int trial) {
    stop = true;
    return fake_evaluator().rescore(architecture, parameters, trial);
  };
  const auto result = run_search(small_config(), {.folder = folder / "run", .stop = &stop}, evaluator);
  CHECK(result.stopped);
  CHECK(result.trials.size() == 14);
  CHECK(result.winners.empty());
  CHECK(is_inside(folder / "run", "front.csv"));
  run_search(small_config(), {.folder = folder / "run", .resume = true}, fake_evaluator());
  run_search(small_config(), {.folder = folder / "whole"}, fake_evaluator());
  CHECK(remains(folder / "run") == remains(folder / "whole"));
}

TEST_CASE("a finished run that is given more trials ends as if it had had them from the start") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.proposer = GENERATE("evolution", "random", "nsga2", "bayesian");
  config.search.surrogate_pool = 64;
  run_search(config, {.folder = folder / "run"}, fake_evaluator());
  config.search.trials = 21;
  const auto extended = run_search(config, {.folder = folder / "run", .resume = true}, fake_evaluator());
  run_search(config, {.folder = folder / "whole"}, fake_evaluator());
  CHECK(extended.trials.size() == 21);
  CHECK(remains(folder / "run") == remains(folder / "whole"));
}

TEST_CASE("a second search is kept out of the folder while the first is at work, before it trains") {
  const TemporaryFolder folder;
  const auto config = small_config();
  std::string refused;
  auto evaluator = fake_evaluator();
  evaluator.on_rescore = [&](const Architecture& architecture, const Parameters& parameters, int trial) {
    refused = message_of<ConfigError>(
        [&] { run_search(config, {.folder = folder / "run", .resume = true}, fake_evaluator()); });
    return fake_evaluator().rescore(architecture, parameters, trial);
  };
  run_search(config, {.folder = folder / "run"}, evaluator);
  CHECK_THAT(refused, ContainsSubstring("another search is at work in this folder"));
}

TEST_CASE("winners whose weights are missing are trained again to the same result") {
  const TemporaryFolder folder;
  run_search(small_config(), {.folder = folder / "run"}, fake_evaluator());
  const auto before = remains(folder / "run");
  std::filesystem::remove_all(folder / "run" / "candidates");
  std::filesystem::remove_all(folder / "run" / "winners");
  run_search(small_config(), {.folder = folder / "run", .resume = true}, fake_evaluator());
  CHECK(remains(folder / "run") == before);
}

TEST_CASE("resuming with another configuration is refused") {
  const TemporaryFolder folder;
  auto config = small_config();
  run_search(config, {.folder = folder / "run"}, fake_evaluator());
  CHECK_THROWS_AS(run_search(config, {.folder = folder / "run"}, fake_evaluator()), ConfigError);
  config.search.max_avm = 9;
  CHECK_THAT(message_of<ConfigError>(
                 [&] { run_search(config, {.folder = folder / "run", .resume = true}, fake_evaluator()); }),
             ContainsSubstring("search.max_avm: the run was started with 10.0, got 9.0"));
}

TEST_CASE("a store that another program wrote trials into is refused on resume") {
  const TemporaryFolder folder;
  const auto config = small_config();
  crash_after(2, config, folder / "run");
  auto text = read_text_file(folder / "run" / "trials.jsonl");
  text = std::regex_replace(text, std::regex("\"stem_kernel\":[0-9]"), "\"stem_kernel\":9");
  write_file_atomically(folder / "run" / "trials.jsonl", text);
  CHECK_THAT(message_of<DataError>(
                 [&] { run_search(config, {.folder = folder / "run", .resume = true}, fake_evaluator()); }),
             ContainsSubstring("expected genome") && ContainsSubstring("KS9"));
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
  CHECK_THAT(
      refused(),
      ContainsSubstring("no genome of the space keeps max_parameters = 10") &&
          ContainsSubstring("of 6,336 genomes, all there are, 6,336 were refused by parameters, 0 by cores"));
  config.search.max_parameters = 0;
  config.chip.crossbar_rows = config.chip.crossbar_columns = config.hardware.crossbar_rows =
      config.hardware.crossbar_columns = 2;
  CHECK_THAT(refused(), ContainsSubstring("max_parameters = none") && ContainsSubstring("max_cores = 4") &&
                            ContainsSubstring("0 were refused by parameters, 6,336 by cores"));
}

TEST_CASE("a space that runs out of genomes ends the search early with a note") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.space = {{4, 8}, {3, 5}, {1, 1}, {1, 1}, {1, 1}, {"B"}, {1, 1}};
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
  CHECK_THAT(result.note, ContainsSubstring("winner 1 has accuracy 36.0 % on the test split after one day: "
                                            "near chance, which is 34.0 %"));
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
