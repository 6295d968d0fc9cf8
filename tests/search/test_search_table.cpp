// SPDX-License-Identifier: Apache-2.0
#include "search/judges/search_table.hpp"

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/run_search.hpp"
#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;
using namespace mho::testing;

namespace {

const std::string header =
    "genome,parameters,accuracy_1d,deviation_1d,avm_points,digital_accuracy,energy_j,latency_s,cores,train_"
    "s\n";
const std::string two_rows =
    "OC4-KS3|R1B1BW1,100,0.75,0.01,3,0.8,1e-6,2e-5,1,0.5\nOC8-KS3|R1B1BW1,300,0.875,0.02,4,0.9,2e-6,3e-5,2,0."
    "7\n";

std::string complaint(const TemporaryFolder& folder, const std::string& text) {
  write_file_atomically(folder / "table.csv", text);
  return message_of<DataError>([&] { SearchTable(folder / "table.csv"); });
}

}  // namespace

TEST_CASE("a search over a table finds what the table says") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "table.csv", header + two_rows);
  const SearchTable table(folder / "table.csv");
  CHECK(table.size() == 2);
  auto config = small_config();
  config.space = {{4, 8}, {3}, {1, 1}, {1, 1}, {1, 1}, {BlockType::B}, {1, 1}};
  const auto result = run_search(config, {.folder = folder / "run"},
                                 *table.evaluator(builder_of(Space(config.space)), {8, 8, 1}, 10));
  REQUIRE(result.trials.size() == 2);
  const auto& best = result.trials[result.trials[0].genome.whole("stem_channels") == 8 ? 0 : 1];
  CHECK(best.score->at(one_day_s).mean == 0.875);
  CHECK(best.score->at(one_day_s).standard_deviation == 0.02);
  CHECK(best.score->avm == 4);
  CHECK(best.score->at(one_second_s).mean - best.score->at(one_month_s).mean == Approx(0.04));
  CHECK(best.cost->energy_j == 2e-6);
  CHECK(best.wall_s == 0.7);
}

TEST_CASE("a row that failed is a failed trial, whatever its other cells hold") {
  const TemporaryFolder folder;
  const std::string table =
      "genome,failed,accuracy_1d,deviation_1d,avm_points,digital_accuracy,energy_j,latency_s,cores,train_s\n"
      "OC4-KS3|R1B1BW1,1,,,,,,,,0.5\nOC8-KS3|R1B1BW1,0,0.875,0.02,4,0.9,2e-6,3e-5,2,0.7\n";
  write_file_atomically(folder / "table.csv", table);
  auto config = small_config();
  config.space = {{4, 8}, {3}, {1, 1}, {1, 1}, {1, 1}, {BlockType::B}, {1, 1}};
  const auto result = run_search(
      config, {.folder = folder / "run"},
      *SearchTable(folder / "table.csv").evaluator(builder_of(Space(config.space)), {8, 8, 1}, 10));
  REQUIRE(result.trials.size() == 2);
  const bool first_failed = result.trials[0].genome.whole("stem_channels") == 4;
  CHECK(result.trials[first_failed ? 0 : 1].failed);
  CHECK(result.trials[first_failed ? 0 : 1].reason == "failed when the table was made");
  CHECK(result.trials[first_failed ? 1 : 0].score->at(one_day_s).mean == 0.875);
}

TEST_CASE("a genome that the table does not hold ends the search with its name") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "table.csv", header + two_rows);
  const auto evaluator =
      SearchTable(folder / "table.csv").evaluator(builder_of(Space(small_config().space)), {8, 8, 1}, 10);
  CHECK_THAT(
      message_of<DataError>([&] { run_search(small_config(), {.folder = folder / "run"}, *evaluator); }),
      ContainsSubstring("expected a row for genome OC"));
}

TEST_CASE("a broken table is refused with line and column") {
  const TemporaryFolder folder;
  CHECK_THAT(complaint(folder, header + "OC4-KS3|R1B1BW1,1,2\n"),
             ContainsSubstring("table.csv:2: expected 10 cells, got 3"));
  CHECK_THAT(complaint(folder, header + "OC4-KS3|R1B1BW1,100,high,0.01,3,0.8,1e-6,2e-5,1,0.5\n"),
             ContainsSubstring("accuracy_1d: expected a number, got 'high'"));
  CHECK_THAT(complaint(folder, "genome,accuracy_1d\nOC4-KS3|R1B1BW1,0.5\n"),
             ContainsSubstring("expected a column deviation_1d"));
  CHECK_THAT(complaint(folder, header + two_rows + two_rows),
             ContainsSubstring("expected every genome once"));
}
