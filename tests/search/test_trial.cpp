// SPDX-License-Identifier: Apache-2.0
#include "search/study/trial.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

Trial full_trial() {
  auto trial = make_trial(12, 0.1 + 0.2, 1.0 / 3, -0.7);
  trial.genome = AnalogNasGenome{24, 5, {{2, 1, BlockType::A, 3}, {4, 3, BlockType::D, 1}}};
  trial.macs = 123456789012;
  trial.draws = 17;
  trial.cost = Cost{.cores = 7,
                    .core_mvms = 4481,
                    .latency_s = 1e-4 / 3,
                    .throughput_hz = 7343.1,
                    .energy_j = 6e-5,
                    .energy_low_j = 5.9e-5,
                    .energy_high_j = 6.1e-5,
                    .utilisation = 0.59,
                    .mac_utilisation = 0.043,
                    .effective_tops_per_watt = 0.42,
                    .mapping = MappingMode::fast};
  trial.wall_s = 12.25;
  return trial;
}

}  // namespace

TEST_CASE("a trial's line reads back to the same trial, to the last bit") {
  const auto trial = full_trial();
  const auto back = read_trial(to_json_line(trial), "test");
  CHECK(back.number == 12);
  CHECK(back.genome == trial.genome);
  CHECK(back.macs == trial.macs);
  CHECK(back.draws == 17);
  REQUIRE(back.score);
  CHECK(back.score->avm == trial.score->avm);
  CHECK(back.score->at(86400).mean == trial.score->at(86400).mean);
  CHECK(back.score->at(86400).interval95 == trial.score->at(86400).interval95);
  REQUIRE(back.cost);
  CHECK(back.cost->latency_s == trial.cost->latency_s);
  CHECK(back.cost->effective_tops_per_watt == 0.42);
  CHECK(back.cost->mapping == MappingMode::fast);
  CHECK(to_json_line(back) == to_json_line(trial));
  CHECK(to_json_line(trial).find('\n') == std::string::npos);
}

TEST_CASE("a failed trial keeps its reason, whatever bytes are in it, and has no score") {
  Trial trial;
  trial.genome = AnalogNasGenome{16, 3, {MainBlock{}}};
  trial.failed = true;
  trial.reason = "loss became NaN in epoch 3 \"\n";
  const auto back = read_trial(to_json_line(trial), "test");
  CHECK(back.failed);
  CHECK(back.reason == trial.reason);
  CHECK_FALSE(back.score);
  CHECK_FALSE(back.cost);
  trial.reason = "\xff";
  CHECK_NOTHROW(read_trial(to_json_line(trial), "test"));
}

TEST_CASE("a deviation that is not a number survives the line") {
  auto trial = full_trial();
  trial.score->drift[0].standard_deviation = std::nan("");
  CHECK(std::isnan(read_trial(to_json_line(trial), "test").score->drift[0].standard_deviation));
}

TEST_CASE("a line that is no trial is refused with file and line") {
  const auto refused = [](const std::string& line) {
    return message_of<DataError>([&] { read_trial(line, "run/trials.jsonl:4"); });
  };
  CHECK_THAT(refused("{\"trial\": 1"), ContainsSubstring("run/trials.jsonl:4: expected a trial as JSON"));
  CHECK_THAT(refused("{}"), ContainsSubstring("'trial' not found"));
  CHECK_THAT(refused(""), ContainsSubstring("run/trials.jsonl:4"));
  const auto deep = "{\"genome\": " + std::string(200000, '[') + std::string(200000, ']') + "}";
  CHECK_THAT(refused(deep), ContainsSubstring("run/trials.jsonl:4: byte "));
  auto line = to_json_line(full_trial());
  CHECK_THAT(refused(line.replace(line.find("\"A\""), 3, "[]")), ContainsSubstring("run/trials.jsonl:4"));
}

TEST_CASE("a trial of another metric names it, and one of accuracy is written as ever") {
  auto trial = make_trial(3, 0.5, 0.01, 1);
  CHECK_THAT(to_json_line(trial), ContainsSubstring("\"digital_accuracy\"") && !ContainsSubstring("metric"));
  trial.score->metric = "macro_f1";
  const auto line = to_json_line(trial);
  CHECK_THAT(line, ContainsSubstring("\"metric\":\"macro_f1\",\"digital_macro_f1\":"));
  const auto again = read_trial(line, "here");
  CHECK(again.score->metric == "macro_f1");
  CHECK(again.score->digital == trial.score->digital);
}
