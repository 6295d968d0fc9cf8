// SPDX-License-Identifier: Apache-2.0
#include "core/base/config_schema.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>
#include <variant>

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

template <class T>
Json value_schema(const Allowed& allowed) {
  if constexpr (is_list<T>) {
    Json items = value_schema<typename T::value_type>(allowed);
    // A table among texts is read as its JSON text.
    if (items["type"] == "string" && !items.contains("enum")) items["type"] = {"string", "object"};
    return {{"type", "array"}, {"items", std::move(items)}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    Json schema = {{"type", "string"}};
    if (!allowed.words.empty()) schema["enum"] = allowed.words;
    return schema;
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else {
    Json schema = {{"type", std::is_integral_v<T> ? "integer" : "number"}};
    if (std::isfinite(allowed.min)) schema["minimum"] = allowed.min;
    if (std::isfinite(allowed.max)) schema["maximum"] = allowed.max;
    return schema;
  }
}

class SchemaWriter : public FieldVisitor {
 public:
  void field(std::string_view name, FieldValue value, const Allowed& allowed,
             std::string_view help) override {
    std::visit(
        [&](const auto& member) {
          const auto now = file_value(member);
          auto& schema = properties[std::string(name)];
          schema = value_schema<std::decay_t<decltype(now)>>(allowed);
          schema["description"] = help;
          schema["default"] = now;
        },
        value);
  }
  Json properties = Json::object();
};

/// The properties of the table that a dotted name stands for, made where they are missing.
Json& table_at(Json& root, const std::string& name) {
  Json* at = &root;
  std::istringstream parts(name);
  for (std::string part; std::getline(parts, part, '.');) {
    auto& table = (*at)["properties"][part];
    if (table.is_null())
      table = {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
    at = &table;
  }
  return *at;
}

Json schema_of(const std::string& title, const std::vector<Section>& sections) {
  Json root = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", title},
               {"type", "object"},
               {"additionalProperties", false},
               {"properties", Json::object()}};
  for (const auto& section : sections) {
    SchemaWriter writer;
    section.fields(writer);
    auto& table = table_at(root, section.name);
    table["description"] = section.help;
    table["properties"].update(writer.properties);
  }
  return root;
}

}  // namespace

std::string config_schema(const std::string& title, const std::vector<Section>& sections) {
  return schema_of(title, sections).dump(2) + "\n";
}

std::string config_schema(const std::string& title, const std::vector<Section>& sections,
                          const TableVariants& variants) {
  auto root = schema_of(title, sections);
  Json any = Json::array();
  for (const auto& [word, own] : variants.variants) {
    auto whole = schema_of(title, own);
    auto table = std::move(table_at(whole, variants.table));
    table["properties"][variants.key]["const"] = word;
    if (!any.empty()) table["required"] = {variants.key};
    any.push_back(std::move(table));
  }
  root["properties"][variants.table] = {{"anyOf", std::move(any)}};
  return root.dump(2) + "\n";
}

}  // namespace mho
