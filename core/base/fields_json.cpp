// SPDX-License-Identifier: Apache-2.0
#include "core/base/fields_json.hpp"

#include <nlohmann/json.hpp>
#include <variant>

#include "core/base/error.hpp"

namespace mho {
namespace {

class JsonWriter : public FieldVisitor {
 public:
  void field(std::string_view name, FieldValue value, const Allowed&, std::string_view) override {
    std::visit([&](const auto& member) { object[std::string(name)] = file_value(member); }, value);
  }
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
};

}  // namespace

std::string fields_to_json(const Section& section) {
  JsonWriter writer;
  section.fields(writer);
  return writer.object.dump();
}

void fields_from_json(const std::string& object, const Section& section, const std::string& where) {
  const auto parsed = nlohmann::json::parse(object, nullptr, false);
  if (!parsed.is_object()) throw DataError(where + ": expected an object for " + section.name);
  JsonWriter expected;
  section.fields(expected);
  for (const auto& item : expected.object.items())
    if (!parsed.contains(item.key()))
      throw DataError(where + ": expected the key '" + item.key() + "' in " + section.name + ", found none");
  try {
    // JSON scalars and lists of scalars are TOML values too: types and ranges are checked in one place.
    for (const auto& item : parsed.items())
      set_config(section.name + "." + item.key() + "=" + item.value().dump(), {section});
  } catch (const ConfigError& error) {
    throw DataError(where + ": " + error.what());
  }
}

}  // namespace mho
