// SPDX-License-Identifier: Apache-2.0
#include "core/base/files/json_depth.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("JSON may be nested up to a limit") {
  check_json_depth("", "x");
  check_json_depth(std::string(deepest_json, '[') + std::string(deepest_json, ']'), "x");
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) wide += "{\"a\": [1]},";
  check_json_depth(wide, "x");
  CHECK_THROWS_AS(check_json_depth(std::string(deepest_json + 1, '{'), "x"), DataError);
  CHECK_THROWS_WITH(check_json_depth("{\"a\":" + std::string(1'000'000, '['), "x.json"),
                    ContainsSubstring("x.json: byte 104: expected JSON of at most 100 brackets"));
}

TEST_CASE("brackets in strings are text") {
  check_json_depth("[\"" + std::string(1000, '[') + "\", \"\\\"" + std::string(1000, '{') + "\"]", "x");
}
