// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"
#include "search/study/trial_file.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"
#include "tests/search/run_remains.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

/// Runs until `trials` are recorded, then as after `kill -9`: with half a line more.
void crash_after(int trials, const RunConfig& config, const std::filesystem::path& run,
                 const FakeEvaluator& evaluator = {}) {
  std::atomic<bool> stop{false};
  const auto result =
      run_search(config,
                 {.folder = run,
                  .stop = &stop,
                  .on_progress = [&](const SearchProgress& p) { stop = stop || p.done >= trials; }},
                 evaluator);
  REQUIRE(result.stopped);
  REQUIRE(result.winners.empty());
  std::ofstream(run / "trials.jsonl", std::ios::app) << to_json_line(result.trials[0]).substr(0, 90);
}

const char* genes =
    R"([{"name": "op", "values": ["none", "conv"]}, {"name": "width", "values": [4, 8, 12, 16]},
                        {"name": "kernel", "kind": "ordered", "values": [1, 3, 5], "when": {"op": "conv"}}])";
const std::string network = R"({"format": "mho-architecture-1", "name": "", "layers": [
  {"name": "stem", "kind": "conv2d", "inputs": ["input"], "out_channels": "${width}", "kernel": [3, 3],
   "stride": [1, 1], "padding": "same"},
  {"name": "inner", "when": {"op": ["conv"]}, "kind": "conv2d", "inputs": ["stem"], "out_channels": "${width}",
   "kernel": ["${kernel}", "${kernel}"], "stride": [1, 1], "padding": "same"},
  {"name": "pool", "kind": "global_average_pool", "inputs": ["inner"]},
  {"name": "dense", "kind": "dense", "inputs": ["pool"], "out_features": "${classes}"},
  {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["dense"]}]})";

bool is_inside(const std::filesystem::path& run, const std::string& path) {
  return std::filesystem::exists(run / path);
}

}  // namespace

TEST_CASE("a run that was killed anywhere ends as if it had not been, whatever proposes") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.surrogate_pool = 64;
  config.search.surrogate_floor = -1;  // the surrogate screens as soon as it can be checked
  const auto [name, surrogate] =
      GENERATE(table<std::string, SurrogateKind>({{"evolution", SurrogateKind::none},
                                                  {"evolution", SurrogateKind::gp},
                                                  {"random", SurrogateKind::none},
                                                  {"latin_hypercube", SurrogateKind::none},
                                                  {"nsga2", SurrogateKind::none},
                                                  {"bayesian", SurrogateKind::none}}));
  config.search.proposer = name;
  config.search.surrogate = surrogate;
  if (name == "nsga2") config.search.objectives = {Objective::accuracy_1d, Objective::energy};
  const auto whole = run_search(config, {.folder = folder / "whole"}, fake_evaluator());
  if (surrogate == SurrogateKind::gp) REQUIRE(whole.surrogate->used_generations > 0);
  const bool everywhere = name == "evolution" && surrogate == SurrogateKind::none;
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

TEST_CASE("a run that was killed ends as if it had not been, whatever is searched") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.proposer = GENERATE("evolution", "random", "latin_hypercube", "nsga2", "bayesian");
  for (const auto kind : {SpaceType::mobile, SpaceType::mlp, SpaceType::cell, SpaceType::genes}) {
    INFO(config.search.proposer << " over " << word_of(kind));
    config.space = {.kind = kind,
                    .training = {.learning_rate = {0.005, 0.2}, .weight_noise = {0, 0.15}},
                    .hardware = {.adc_bits = {5, 6, 8}, .crossbar_size = {64, 256}}};
    if (kind == SpaceType::genes) {
      config.space.genes = gene_tables(genes);
      config.space.network = (folder / "network.json").string();
      write_file_atomically(config.space.network, network);
    }
    const FakeEvaluator evaluator(builder_of(Space(config.space)));
    const auto whole = folder / (std::string(word_of(kind)) + "-whole"), killed = folder / word_of(kind);
    run_search(config, {.folder = whole}, evaluator);
    crash_after(6, config, killed, evaluator);
    run_search(config, {.folder = killed, .resume = true}, evaluator);
    CHECK(remains(killed) == remains(whole));
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
             ContainsSubstring("expected genome") && ContainsSubstring("stem_kernel=9"));
}
