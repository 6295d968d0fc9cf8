// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_nesting.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::string brackets(size_t count) { return std::string(count, '[') + std::string(count, ']'); }

}  // namespace

TEST_CASE("JSON that is nested deeper than anything needs is refused with file and place") {
  CHECK_NOTHROW(check_json_nesting(brackets(64), "x.json"));
  CHECK_THROWS_WITH(check_json_nesting(brackets(65), "x.json"),
                    "x.json: byte 64: expected JSON nested at most 64 deep, found more");
  CHECK_THROWS_AS(check_json_nesting(R"({"a":)" + brackets(64) + "}", "x.json"), DataError);
}

TEST_CASE("brackets in texts and lists one after the other are no nesting") {
  std::string list = "[";
  for (int i = 0; i < 1000; ++i) list += "[{}],";
  CHECK_NOTHROW(check_json_nesting(list + "0]", "x.json"));
  CHECK_NOTHROW(check_json_nesting("[\"\\\"" + std::string(1000, '[') + "\", \"\\\\\"]", "x.json"));
  CHECK_THROWS_AS(check_json_nesting("[\"\\\\\"," + brackets(64) + "]", "x.json"), DataError);
}
