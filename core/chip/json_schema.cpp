// SPDX-License-Identifier: Apache-2.0
#include "core/chip/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

bool has_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "number") return value.is_number();
  if (type == "integer") return value.is_number_integer();
  throw RunError("JSON schema: unknown type '" + type + "'");
}

class Validator {
 public:
  Validator(const Json& root, std::vector<std::string>& problems, size_t most)
      : root_(root), problems_(problems), most_(most) {}

  void check(const Json& value, const Json& schema, const std::string& where) {
    if (problems_.size() >= most_) return;
    check_keywords(schema);
    if (schema.contains("$ref")) check(value, resolve(schema.at("$ref")), where);
    if (schema.contains("type") && !has_type(value, schema.at("type")))
      return fail(where, fmt::format("a value of type {}", schema.at("type").get<std::string>()), value);
    if (schema.contains("const") && value != schema.at("const"))
      return fail(where, schema.at("const").dump(), value);
    if (schema.contains("enum") &&
        std::find(schema.at("enum").begin(), schema.at("enum").end(), value) == schema.at("enum").end())
      return fail(where, "one of " + schema.at("enum").dump(), value);
    if (value.is_number()) check_number(value, schema, where);
    if (value.is_string())
      check_size(value.get_ref<const std::string&>().size(), "Length", schema, value, where);
    if (value.is_array()) check_array(value, schema, where);
    if (value.is_object()) check_object(value, schema, where);
  }

 private:
  void fail(const std::string& where, const std::string& expected, const Json& found) {
    std::string text = found.dump();
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    problems_.push_back(fmt::format("{}: expected {}, found {}", where, expected, text));
  }

  static void check_keywords(const Json& schema) {
    static const std::set<std::string> known = {"$schema",
                                                "$id",
                                                "$defs",
                                                "$ref",
                                                "title",
                                                "description",
                                                "type",
                                                "const",
                                                "enum",
                                                "properties",
                                                "items",
                                                "required",
                                                "minimum",
                                                "maximum",
                                                "minItems",
                                                "maxItems",
                                                "minLength",
                                                "maxLength",
                                                "additionalProperties",
                                                "exclusiveMinimum"};
    for (const auto& item : schema.items())
      if (!known.contains(item.key()))
        throw RunError("JSON schema: the keyword '" + item.key() + "' is not known here");
  }

  const Json& resolve(const std::string& reference) const {
    const std::string prefix = "#/$defs/";
    if (!reference.starts_with(prefix)) throw RunError("JSON schema: cannot follow '" + reference + "'");
    return root_.at("$defs").at(reference.substr(prefix.size()));
  }

  void check_number(const Json& value, const Json& schema, const std::string& where) {
    const auto number = value.get<double>();
    if (schema.contains("minimum") && number < schema.at("minimum").get<double>())
      fail(where, "at least " + schema.at("minimum").dump(), value);
    if (schema.contains("maximum") && number > schema.at("maximum").get<double>())
      fail(where, "at most " + schema.at("maximum").dump(), value);
    if (schema.contains("exclusiveMinimum") && number <= schema.at("exclusiveMinimum").get<double>())
      fail(where, "more than " + schema.at("exclusiveMinimum").dump(), value);
  }

  /// minItems and maxItems, or minLength and maxLength.
  void check_size(size_t size, const std::string& unit, const Json& schema, const Json& value,
                  const std::string& where) {
    if (schema.contains("min" + unit) && size < schema.at("min" + unit).get<size_t>())
      fail(where, fmt::format("a {} of at least {}", unit, schema.at("min" + unit).dump()), value);
    if (schema.contains("max" + unit) && size > schema.at("max" + unit).get<size_t>())
      fail(where, fmt::format("a {} of at most {}", unit, schema.at("max" + unit).dump()), value);
  }

  void check_array(const Json& value, const Json& schema, const std::string& where) {
    check_size(value.size(), "Items", schema, value, where);
    if (!schema.contains("items")) return;
    for (size_t i = 0; i < value.size(); ++i)
      check(value[i], schema.at("items"), fmt::format("{}[{}]", where, i));
  }

  void check_object(const Json& value, const Json& schema, const std::string& where) {
    const Json none = Json::object();
    const Json& properties = schema.contains("properties") ? schema.at("properties") : none;
    if (schema.contains("required"))
      for (const auto& key : schema.at("required"))
        if (!value.contains(key.get<std::string>()))
          problems_.push_back(
              fmt::format("{}: expected the key '{}', found none", where, key.get<std::string>()));
    const bool closed =
        schema.contains("additionalProperties") && !schema.at("additionalProperties").get<bool>();
    for (const auto& item : value.items())
      if (properties.contains(item.key()))
        check(item.value(), properties.at(item.key()), where + ": " + item.key());
      else if (closed)
        problems_.push_back(fmt::format("{}: found the unknown key '{}'", where, item.key()));
  }

  const Json& root_;
  std::vector<std::string>& problems_;
  size_t most_;
};

}  // namespace

std::vector<std::string> schema_problems(const std::string& document, const std::string& schema,
                                         const std::string& where, size_t most) {
  const Json value = Json::parse(document, nullptr, false);
  if (value.is_discarded()) throw DataError(where + ": expected JSON, found a syntax error");
  const Json root = Json::parse(schema);
  std::vector<std::string> problems;
  Validator(root, problems, most).check(value, root, where);
  return problems;
}

}  // namespace mho
