// SPDX-License-Identifier: Apache-2.0
#include "evaluators/evaluation_tables.hpp"

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

EvaluationTables usual_tables() {
  EvaluationTables tables;
  resolve_g_max(tables.hardware);
  return tables;
}

std::string refusal(const EvaluationTables& tables) {
  try {
    check_evaluation_tables(tables);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("tables of a search come after the task, and devices last") {
  EvaluationTables tables;
  std::vector<std::string> names;
  for (const auto& section : tables.sections({{"space", "", [](FieldVisitor&) {}}}))
    names.push_back(section.name);
  REQUIRE(names.size() > 8);
  CHECK(std::vector(names.begin(), names.begin() + 7) == std::vector<std::string>{"task", "space", "training",
                                                                                  "hardware", "post_training",
                                                                                  "scoring", "chip"});
  CHECK(names[7] == "device");
  CHECK(tables.sections().at(1).name == "training");
}

TEST_CASE("what one table cannot check alone is refused before any training") {
  CHECK(refusal(usual_tables()).empty());
  auto tables = usual_tables();
  tables.hardware.crossbar_rows = 128;
  CHECK_THAT(refusal(tables),
             ContainsSubstring("hardware.crossbar_rows x hardware.crossbar_columns: expected"));
  tables = usual_tables();
  tables.mapping.depthwise = DepthwisePlace::block_diagonal;
  CHECK_THAT(refusal(tables), ContainsSubstring("chip.depthwise: expected \"digital\""));
  tables = usual_tables();
  tables.scoring.times_s = {1, 2592000};
  CHECK_THAT(refusal(tables), ContainsSubstring("scoring.times_s: expected [1, 86400, 2592000]"));
}
