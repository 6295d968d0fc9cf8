// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.hpp"
#include "core/base/files/json_depth.hpp"
#include "core/base/suggest.hpp"
#include "core/nn/graph/architecture_json.hpp"

namespace mho {
namespace {

using Json = nlohmann::json;

/// A JSON object whose keys are asked for one by one; the keys that nobody asked for are unknown.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) refuse("wrong type: expected an object", object);
  }

  bool has(const std::string& key) {
    known_.push_back(key);
    return object_.contains(key);
  }
  const Json& value(const std::string& key) {
    if (!has(key))
      throw ArchitectureError(fmt::format("{}: missing key: expected '{}', got {}", where_, key, keys()));
    return object_.at(key);
  }
  std::string text(const std::string& key) {
    const Json& found = value(key);
    if (!found.is_string()) refuse("wrong type of '" + key + "': expected text", found);
    return found.get<std::string>();
  }
  std::vector<std::string> texts(const std::string& key) {
    const Json& found = value(key);
    if (!found.is_array() || !std::all_of(found.begin(), found.end(), [](auto& e) { return e.is_string(); }))
      refuse("wrong type of '" + key + "': expected a list of texts", found);
    return found.get<std::vector<std::string>>();
  }
  bool boolean(const std::string& key) {
    const Json& found = value(key);
    if (!found.is_boolean()) refuse("wrong type of '" + key + "': expected true or false", found);
    return found.get<bool>();
  }
  double number(const std::string& key) {
    const Json& found = value(key);
    if (!found.is_number()) refuse("wrong type of '" + key + "': expected a number", found);
    return found.get<double>();
  }
  int integer(const std::string& key) { return integer(value(key), "'" + key + "'", "a whole number"); }
  /// A list of exactly `count` whole numbers.
  std::vector<int> integers(const std::string& key, size_t count) {
    const Json& found = value(key);
    const std::string expected = fmt::format("a list of {} whole numbers", count);
    if (!found.is_array() || found.size() != count)
      refuse("wrong type of '" + key + "': expected " + expected, found);
    std::vector<int> values;
    for (const auto& element : found) values.push_back(integer(element, "'" + key + "'", expected));
    return values;
  }
  std::vector<double> numbers(const std::string& key) {
    const Json& found = value(key);
    if (!found.is_array() || !std::all_of(found.begin(), found.end(), [](auto& e) { return e.is_number(); }))
      refuse("wrong type of '" + key + "': expected a list of numbers", found);
    return found.get<std::vector<double>>();
  }
  /// Changes what messages call the object, once more is known about it.
  void rename(std::string where) { where_ = std::move(where); }
  /// Throws for the first key that nobody asked for.
  void finish() const {
    for (const auto& item : object_.items())
      if (std::find(known_.begin(), known_.end(), item.key()) == known_.end())
        throw ArchitectureError(fmt::format("{}: unknown key: expected one of {}, got '{}'{}", where_,
                                            join(known_), item.key(), did_you_mean(item.key(), known_)));
  }
  [[noreturn]] void refuse(const std::string& what, const Json& got) const {
    constexpr size_t longest_quote = 60;
    const std::string text =
        got.is_primitive() ? got.dump(-1, ' ', false, Json::error_handler_t::replace) : "";
    const bool quote = got.is_primitive() && text.size() <= longest_quote;
    const std::string shown = quote            ? text
                              : got.is_array() ? fmt::format("a list of {}", got.size())
                                               : got.type_name();
    throw ArchitectureError(fmt::format("{}: {}, got {}", where_, what, shown));
  }

 private:
  int integer(const Json& found, const std::string& name, const std::string& expected) const {
    const bool fits = found.is_number_integer() && found.get<double>() >= std::numeric_limits<int>::min() &&
                      found.get<double>() <= std::numeric_limits<int>::max();
    if (!fits) refuse("wrong type of " + name + ": expected " + expected, found);
    return found.get<int>();
  }
  std::string keys() const {
    std::vector<std::string> names;
    for (const auto& item : object_.items()) names.push_back(item.key());
    return names.empty() ? "an empty object" : "only " + join(names);
  }

  const Json& object_;
  std::string where_;
  std::vector<std::string> known_;
};

/// Sets a layer's attributes from a JSON object.
class AttributeReader final : public LayerAttributes {
 public:
  explicit AttributeReader(ObjectReader& object) : object_(object) {}
  void whole(const char* name, int& value, Presence presence) override {
    if (wants(name, presence)) value = object_.integer(name);
  }
  void number(const char* name, double& value, Presence presence) override {
    if (wants(name, presence)) value = object_.number(name);
  }
  void flag(const char* name, bool& value, Presence presence) override {
    if (wants(name, presence)) value = object_.boolean(name);
  }
  void sides(const char* name, int& height, int& width) override {
    if (object_.has(name) && object_.value(name).is_number()) {
      height = width = object_.integer(name);
      return;
    }
    const auto both = object_.integers(name, 2);
    height = both[0], width = both[1];
  }
  void padding(const char* name, bool& same, Padding& padding) override {
    const Json& found = object_.value(name);
    same = found.is_string();
    if (same && found != "same")
      object_.refuse("wrong padding: expected \"same\" or [top, bottom, left, right]", found);
    if (same) return;
    const auto sides = object_.integers(name, 4);
    padding = {sides[0], sides[1], sides[2], sides[3]};
  }

 private:
  bool wants(const char* name, Presence presence) {
    return presence == Presence::required || object_.has(name);
  }

  ObjectReader& object_;
};

Layer find_layer(const std::string& kind, const std::string& where) {
  std::vector<std::string> known;
  for (const Layer& layer : known_layers()) {
    known.push_back(layer_name(layer));
    if (known.back() == kind) return layer;
  }
  throw ArchitectureError(fmt::format("{}: unknown layer kind: expected one of {}, got '{}'{}", where,
                                      join(known), kind, did_you_mean(kind, known)));
}

LayerDeclaration read_layer(const Json& json, const std::string& where) {
  LayerDeclaration declaration;
  ObjectReader object(json, where);
  declaration.name = object.text("name");
  const std::string named = fmt::format("{} '{}'", where, declaration.name);
  object.rename(named);
  const std::string kind = object.text("kind");
  declaration.inputs = object.texts("inputs");
  declaration.layer = find_layer(kind, named);
  AttributeReader attributes(object);
  visit_attributes(declaration.layer, attributes);
  object.finish();
  return declaration;
}

/// Parses, and refuses keys that an object has twice (which the parser would merge silently).
Json parse(const std::string& text, const std::string& where) {
  check_json_depth(text, where);
  std::vector<std::set<std::string>> open;
  const auto check = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(parsed.get<std::string>()).second)
      throw ArchitectureError(
          fmt::format("{}: duplicate key: expected '{}' once an object", where, parsed.get<std::string>()));
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    throw ArchitectureError(fmt::format("{}: not JSON: {}", where, error.what()));
  }
}

std::vector<LayerDeclaration> read_layers(ObjectReader& root, const std::string& where) {
  const Json& list = root.value("layers");
  if (!list.is_array()) root.refuse("wrong type of 'layers': expected a list", list);
  std::vector<LayerDeclaration> layers;
  for (const auto& layer : list)
    layers.push_back(read_layer(layer, fmt::format("{}: layer {}", where, layers.size() + 1)));
  return layers;
}

std::optional<Preprocessing> read_preprocessing(ObjectReader& root, const std::string& where) {
  if (!root.has("preprocessing")) return std::nullopt;
  ObjectReader object(root.value("preprocessing"), where + ": preprocessing");
  Preprocessing preprocessing{object.numbers("mean"), object.numbers("standard_deviation")};
  object.finish();
  return preprocessing;
}

}  // namespace

Architecture read_architecture_json(const std::string& text, const std::string& where) {
  const Json json = parse(text, where);
  ObjectReader root(json, where);
  const std::string format = root.text("format");
  if (format != "mho-architecture-1")
    root.refuse("wrong format: expected \"mho-architecture-1\"", json.at("format"));
  const std::string name = root.text("name");
  const auto input = root.integers("input", 3);
  const auto preprocessing = read_preprocessing(root, where);
  const auto layers = read_layers(root, where);
  root.finish();
  try {
    const Architecture architecture(name, {input[0], input[1], input[2]}, layers);
    return preprocessing ? architecture.with_preprocessing(*preprocessing) : architecture;
  } catch (const ArchitectureError& error) {
    throw ArchitectureError(where + ": " + error.what());
  }
}

}  // namespace mho
