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

TEST_CASE("a table of variants takes the keys of one of them, and any but the first names its word") {
  Sample sample;
  const auto fields = [&](FieldVisitor& visitor) { sample.fields(visitor); };
  const auto word = [&](FieldVisitor& visitor) {
    visitor.field("word", &sample.word, one_of({"a", "b"}), "which");
  };
  const std::vector<Section> first = {{"outer", "all", fields}}, second = {{"outer", "all", word}};
  const auto schema =
      nlohmann::json::parse(config_schema("a file", first, {"outer", "word", {{"a", first}, {"b", second}}}));
  const auto& any = schema["properties"]["outer"]["anyOf"];
  CHECK(any[0]["properties"]["word"]["const"] == "a");
  CHECK(any[0]["properties"].contains("count"));
  CHECK_FALSE(any[0].contains("required"));
  CHECK(any[1]["properties"]["word"]["const"] == "b");
  CHECK_FALSE(any[1]["properties"].contains("count"));
  CHECK(any[1]["required"] == nlohmann::json{"word"});
}
