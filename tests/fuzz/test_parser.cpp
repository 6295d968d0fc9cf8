// SPDX-License-Identifier: Apache-2.0
#include "fuzz/parser.hpp"

#include <set>
#include <stdexcept>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::fuzz;

namespace {

template <class Error>
std::string complaint_about(const std::string& message) {
  const Parser parser{"test", {}, [&](const std::string&) { throw Error(message); }};
  return complaint(parser, "input").value_or("none");
}

}  // namespace

TEST_CASE("a refusal that names the file is no defect, anything else that is thrown is one") {
  CHECK(complaint_about<DataError>("fuzz-file: byte 3: expected 1, found 2") == "none");
  CHECK(complaint_about<ConfigError>("fuzz-file:1:2: unknown key") == "none");
  CHECK_THAT(complaint_about<DataError>("expected 1, found 2"), ContainsSubstring("without the file"));
  CHECK_THAT(complaint_about<DataError>("fuzz-file: std::bad_alloc"), ContainsSubstring("shows 'std::'"));
  CHECK_THAT(complaint_about<std::out_of_range>("fuzz-file"), ContainsSubstring("not an InputError"));
  CHECK_THAT(complaint_about<RunError>("fuzz-file: disk full"), ContainsSubstring("not an InputError"));
  CHECK_FALSE(complaint({"test", {}, [](const std::string&) {}}, "input"));
  CHECK_THROWS_AS(expect(false, "x"), std::logic_error);
}

TEST_CASE("every parser has a name of its own and accepts its seeds") {
  std::set<std::string> names;
  for (const auto& parser : all_parsers()) {
    CHECK(names.insert(parser.name).second);
    CHECK_FALSE(parser.seeds.empty());
    for (const auto& seed : parser.seeds) CHECK_NOTHROW(parser.parse(seed));
  }
}
