// SPDX-License-Identifier: Apache-2.0
#include "search/study/summary.hpp"

#include <nlohmann/json.hpp>

#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

TEST_CASE("summary.json shows both scores of a winner, the front and the surrogate") {
  const TemporaryFolder folder;
  auto config = small_config();
  config.search.surrogate = SurrogateKind::gp;
  const auto result = run_search(config, {.folder = folder / "run"}, fake_evaluator());
  const auto summary = nlohmann::json::parse(read_text_file(folder / "run" / "summary.json"));
  const auto& winner = summary["winners"][0];
  CHECK(winner["search_score"]["accuracy_1d"] == result.winners[0].trial.score->at(one_day_s).mean);
  CHECK(winner["fresh_score"]["accuracy_1d"] == result.winners[0].evaluation.score.at(one_day_s).mean);
  CHECK(winner["search_score"]["accuracy_1d"] != winner["fresh_score"]["accuracy_1d"]);
  CHECK(summary["front"]["trials"].size() == result.front.size());
  CHECK(summary["surrogate"]["checked_trials"] == 14);
  CHECK(summary["surrogate"]["kendall_tau"]["objective"].is_number());
  CHECK(std::filesystem::exists(folder / "run" / "surrogate.json"));
}

TEST_CASE("a summary without surrogate or winners says null and nothing") {
  const auto summary = nlohmann::json::parse(summary_json({.note = "no winner"}, RunConfig{}, {"runs/x"}));
  CHECK(summary["run"] == "runs/x");
  CHECK(summary["surrogate"].is_null());
  CHECK(summary["prefilters"].empty());
  CHECK(summary["winners"].empty());
  CHECK(summary["front"]["trials"].empty());
  CHECK(summary["note"] == "no winner");
}
