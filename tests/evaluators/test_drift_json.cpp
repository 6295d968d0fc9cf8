// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/drift_json.hpp"

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("a score at a time is written under the names that every answer has") {
  CHECK(drift_json({{86400, 0.5, 0.25, 4, {0.125, 0.875}}}) ==
        R"([{"time_s":86400.0,"mean":0.5,"std":0.25,"n":4,"ci95":[0.125,0.875]}])");
  CHECK(drift_json({}) == "[]");
}
