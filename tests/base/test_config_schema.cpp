// SPDX-License-Identifier: Apache-2.0
#include "core/base/config_schema.hpp"

#include <nlohmann/json.hpp>

#include "tests/catch.hpp"

using namespace mho;

namespace {

struct Sample {
  int count = 3;
  double rate = 0.5;
  std::string word = "a";
  std::vector<int> sizes = {1, 2};
  bool on = true;
  void fields(FieldVisitor& visitor) {
    visitor.field("count", &count, between(1, 9), "how many");
    visitor.field("rate", &rate, at_least(0), "how fast");
    visitor.field("word", &word, one_of({"a", "b"}), "which");
    visitor.field("sizes", &sizes, between(0, 5), "how large");
    visitor.field("on", &on, anything(), "whether");
  }
};

}  // namespace

TEST_CASE("a schema has every key's type, range, words, default and help, tables within tables too") {
  Sample sample;
  const auto fields = [&](FieldVisitor& visitor) { sample.fields(visitor); };
  const auto schema = nlohmann::json::parse(
      config_schema("a file", {{"outer", "all", fields}, {"outer.inner", "more", fields}}));
  CHECK(schema["title"] == "a file");
  const auto& outer = schema["properties"]["outer"];
  CHECK(outer["additionalProperties"] == false);
  CHECK(
      outer["properties"]["count"] ==
      nlohmann::json{
          {"type", "integer"}, {"minimum", 1}, {"maximum", 9}, {"description", "how many"}, {"default", 3}});
  CHECK(outer["properties"]["rate"].count("maximum") == 0);
  CHECK(outer["properties"]["word"]["enum"] == nlohmann::json{"a", "b"});
  CHECK(outer["properties"]["sizes"]["items"]["maximum"] == 5);
  CHECK(outer["properties"]["on"]["type"] == "boolean");
  CHECK(outer["properties"]["inner"]["properties"]["count"]["default"] == 3);
}
