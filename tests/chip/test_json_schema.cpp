// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/json_schema.hpp"

#include "core/base/error.hpp"
#include "core/chip/export/export_schemas.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "tests/catch.hpp"

namespace mho {
namespace {

/// Layers of sequences want one.
Shape input_of(const Layer& layer) {
  if (std::holds_alternative<OneHot>(layer)) return {6, 1, 1};
  const bool sequence = std::holds_alternative<Recurrent>(layer) || std::holds_alternative<Last>(layer);
  return {6, sequence ? 1 : 6, 2};
}

/// The problems, one a line.
std::string problems(const std::string& document, const std::string& schema) {
  std::string text;
  for (const auto& problem : schema_problems(document, schema, "x.json")) text += problem + "\n";
  return text;
}

}  // namespace

TEST_CASE("a JSON schema's keywords are checked, and problems say where") {
  const std::string schema = R"({
    "type": "object", "required": ["a"], "additionalProperties": false, "$defs": {"n": {"type": "integer", "minimum": 2}},
    "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/n"}, "minItems": 1, "maxItems": 2},
                   "b": {"enum": ["x", 3]}, "c": {"const": "v"}, "d": {"type": "string", "minLength": 1, "maxLength": 2},
                   "e": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}, "f": {"type": "boolean"}}})";
  CHECK(problems(R"({"a": [2, 3], "b": 3, "c": "v", "d": "yz", "e": 0.5, "f": true})", schema) == "");
  CHECK(problems("{}", schema) == "x.json: expected the key 'a', found none\n");
  CHECK(problems("[]", schema) == "x.json: expected a value of type object, found []\n");
  CHECK(problems(R"({"a": [2, 1]})", schema) == "x.json: a[1]: expected at least 2, found 1\n");
  CHECK(problems(R"({"a": [2.5]})", schema) == "x.json: a[0]: expected a value of type integer, found 2.5\n");
  CHECK_THAT(problems(R"({"a": []})", schema), ContainsSubstring("at least 1"));
  CHECK_THAT(problems(R"({"a": [2, 2, 2]})", schema), ContainsSubstring("at most 2"));
  CHECK_THAT(problems(R"({"a": [2], "b": 4})", schema), ContainsSubstring("x.json: b: expected one of"));
  CHECK_THAT(problems(R"({"a": [2], "c": "w"})", schema), ContainsSubstring("x.json: c: expected \"v\""));
  CHECK_THAT(problems(R"({"a": [2], "d": ""})", schema), ContainsSubstring("x.json: d"));
  CHECK_THAT(problems(R"({"a": [2], "d": "abc"})", schema), ContainsSubstring("x.json: d"));
  CHECK_THAT(problems(R"({"a": [2], "e": 0})", schema), ContainsSubstring("more than 0"));
  CHECK_THAT(problems(R"({"a": [2], "e": 2})", schema), ContainsSubstring("at most 1"));
  CHECK_THAT(problems(R"({"a": [2], "f": 1})", schema), ContainsSubstring("type boolean"));
  CHECK_THAT(problems(R"({"a": [2], "g": 1})", schema), ContainsSubstring("unknown key 'g'"));
  CHECK_THROWS_AS(problems("{", schema), DataError);
}

TEST_CASE("a schema that asks for what is not checked is refused") {
  CHECK_THROWS_AS(problems("3", R"({"multipleOf": 2})"), RunError);
  CHECK_THROWS_AS(problems("3", R"({"type": "fraction"})"), RunError);
  CHECK_THROWS_AS(problems("3", R"({"$ref": "other.json"})"), RunError);
}

TEST_CASE("every JSON file of an export has a schema that closes its objects") {
  CHECK(export_schemas().size() == 5);
  for (const auto& [name, schema] : export_schemas()) {
    INFO(name);
    CHECK_THAT(problems("{}", schema), ContainsSubstring("expected the key 'format'"));
    CHECK_THAT(problems(R"({"other": 1})", schema), ContainsSubstring("unknown key 'other'"));
  }
}

TEST_CASE("the schema of architectures has every layer kind and every attribute, and no other") {
  const std::string& schema = export_schemas().at("architecture.json");
  for (const Layer& layer : known_layers()) {
    if (std::holds_alternative<Output>(layer)) continue;
    const bool joins = std::holds_alternative<Add>(layer) || std::holds_alternative<Concat>(layer);
    const auto inputs =
        joins ? std::vector<std::string>{"input", "input"} : std::vector<std::string>{"input"};
    const Architecture plain(
        "net", input_of(layer),
        {{"it", layer, inputs}, {"dense", Dense{2}, {"it"}}, {"loss", Output{}, {"dense"}}});
    const std::string text = to_json(plain.input().channels == 2 ? plain.with_preprocessing({{1, 2}, {3, 4}})
                                                                 : plain.with_preprocessing({{0}, {1}}));
    CHECK(schema_problems(text, schema, "net.json") == std::vector<std::string>{});
    std::string other = text;
    const std::string kind = "\"" + layer_name(layer) + "\"";
    other.replace(other.find(kind), kind.size(), "\"unknown\"");
    CHECK(schema_problems(other, schema, "net.json").size() == 1);
    other = text;
    other.replace(other.find("\"kind\""), 0, "\"extra\": 1, ");
    CHECK(schema_problems(other, schema, "net.json").size() == 1);
  }
}

}  // namespace mho
