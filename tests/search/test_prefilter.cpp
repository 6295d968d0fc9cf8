// SPDX-License-Identifier: Apache-2.0
#include "search/generations/prefilter.hpp"

#include <cmath>
#include <regex>

#include "core/base/files/text_file.hpp"
#include "core/base/parallel.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

RunConfig filtered_config(ZeroCostMeasure measure) {
  auto config = small_config();
  config.search.proposer = "random";
  config.search.prefilter = measure;
  return config;
}

/// Measures that are functions of the network's size: naswot rises with it, noise sensitivity falls.
FakeEvaluator measuring_evaluator() {
  auto evaluator = fake_evaluator();
  evaluator.on_zero_cost = [](const Architecture& architecture, int) {
    const auto size = static_cast<double>(architecture.weights());
    return ZeroCost{.naswot = size, .gradient_norm = 1, .noise_sensitivity = 1 / size};
  };
  return evaluator;
}

double mean_parameters(const SearchResult& result) {
  double sum = 0;
  for (const auto& trial : result.trials) sum += static_cast<double>(trial.parameters);
  return sum / static_cast<double>(result.trials.size());
}

std::string trials_of(const std::filesystem::path& run) {
  return std::regex_replace(read_text_file(run / "trials.jsonl"), std::regex("\"wall_s\":[^,}]*"), "");
}

}  // namespace

TEST_CASE("a prefilter lets the most promising of several proposals be trained") {
  const TemporaryFolder folder;
  const auto all =
      run_search(filtered_config(ZeroCostMeasure::none), {.folder = folder / "all"}, measuring_evaluator());
  const auto best = run_search(filtered_config(ZeroCostMeasure::naswot), {.folder = folder / "best"},
                               measuring_evaluator());
  CHECK(best.trials.size() == 14);
  CHECK(mean_parameters(best) > 1.3 * mean_parameters(all));
  for (const auto& trial : best.trials) {
    REQUIRE(trial.zero_cost);
    CHECK(trial.draws >= 1);
  }
  CHECK_FALSE(all.trials[0].zero_cost);
}

TEST_CASE("keeping everything is the same as no prefilter, but the measures are recorded") {
  const TemporaryFolder folder;
  auto config = filtered_config(ZeroCostMeasure::naswot);
  config.search.prefilter_keep = 1;
  const auto kept = run_search(config, {.folder = folder / "kept"}, measuring_evaluator());
  const auto plain =
      run_search(filtered_config(ZeroCostMeasure::none), {.folder = folder / "plain"}, measuring_evaluator());
  REQUIRE(kept.trials.size() == plain.trials.size());
  for (size_t i = 0; i < kept.trials.size(); ++i) CHECK(kept.trials[i].genome == plain.trials[i].genome);
  CHECK(kept.prefilters.size() == 3);
  CHECK(plain.prefilters.empty());
}

TEST_CASE("a prefiltered run does not depend on threads and survives a kill") {
  const TemporaryFolder folder;
  const auto config = filtered_config(ZeroCostMeasure::noise_sensitivity);
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    run_search(config, {.folder = folder / std::to_string(threads)}, measuring_evaluator());
    set_thread_count(0);
  }
  CHECK(trials_of(folder / "1") == trials_of(folder / "2"));
  std::atomic<bool> stop{false};
  run_search(config,
             {.folder = folder / "killed",
              .stop = &stop,
              .on_progress = [&](const SearchProgress& p) { stop = stop || p.done >= 6; }},
             measuring_evaluator());
  run_search(config, {.folder = folder / "killed", .resume = true}, measuring_evaluator());
  CHECK(trials_of(folder / "killed") == trials_of(folder / "1"));
}

TEST_CASE(
    "the summary says what each measure was worth: Kendall's tau with the objective of trained trials") {
  SearchConfig search;
  search.objective = Objective::accuracy;
  search.prefilter = ZeroCostMeasure::naswot;
  std::vector<Trial> trials;
  for (int i = 0; i < 5; ++i) {
    trials.push_back(make_trial(i, 0.5 + 0.1 * i, 0.01, 1));
    trials.back().zero_cost =
        ZeroCost{.naswot = 1.0 * i, .gradient_norm = -1.0 * i, .noise_sensitivity = 1.0 * i};
  }
  trials.push_back(make_trial(5, 0.1, 0.01, 1));  // not measured
  const auto worths = prefilter_worths(trials, search);
  REQUIRE(worths.size() == 3);
  CHECK(worths[0].name == "naswot");
  CHECK(worths[0].kendall_tau == 1);
  CHECK(worths[1].kendall_tau == -1);
  CHECK(worths[2].kendall_tau ==
        -1);  // small sensitivities promise more, and here the large ones were better
  CHECK(worths[0].trials == 5);
}

TEST_CASE("a measure that orders nothing is worth no number") {
  SearchConfig search;
  search.prefilter = ZeroCostMeasure::naswot;
  auto trial = make_trial(0, 0.5, 0.01, 1);
  trial.zero_cost = ZeroCost{1, 1, 1};
  for (const auto& worth : prefilter_worths(std::vector{trial, trial}, search))
    CHECK(std::isnan(worth.kendall_tau));
}

TEST_CASE("measures and rungs survive the record") {
  auto trial = make_trial(3, 0.9, 0.01, 2);
  trial.zero_cost = ZeroCost{1.5, 2.5, 0.125};
  trial.rungs = {{5, 0.25, make_score(0.7, 0.02, 3)}, {10, 0.5, make_score(0.8, 0.02, 3)}};
  const auto read = read_trial(to_json_line(trial), "here");
  REQUIRE(read.zero_cost);
  CHECK(read.zero_cost->noise_sensitivity == 0.125);
  REQUIRE(read.rungs.size() == 2);
  CHECK(read.rungs[1].epochs == 10);
  CHECK(read.rungs[1].data == 0.5);
  CHECK(read.rungs[1].score.at(one_day_s).mean == 0.8);
  CHECK(to_json_line(read) == to_json_line(trial));
  CHECK_THAT(to_json_line(make_trial(1, 0.9, 0.01, 2)),
             !ContainsSubstring("rungs") && !ContainsSubstring("zero_cost"));
}
