// SPDX-License-Identifier: Apache-2.0
#include "core/base/config_file.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

struct Field {
  std::string name;
  FieldValue value;
  Allowed allowed;
  std::string help;
};

/// Collects a section's fields in their declared order.
class Collector : public FieldVisitor {
 public:
  void field(std::string_view name, FieldValue value, const Allowed& allowed,
             std::string_view help) override {
    fields.push_back({std::string(name), value, allowed, std::string(help)});
  }
  std::vector<Field> fields;
};

std::vector<Field> fields_of(const Section& section) {
  Collector collector;
  section.fields(collector);
  return collector.fields;
}

template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

template <class T>
std::string type_name() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, int> || std::is_same_v<T, std::uint64_t>) return "a whole number";
  if constexpr (std::is_same_v<T, double>) return "a number";
  if constexpr (std::is_same_v<T, std::string>) return "text";
  if constexpr (std::is_same_v<T, std::vector<int>>) return "a list of whole numbers";
  if constexpr (std::is_same_v<T, std::vector<double>>) return "a list of numbers";
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return "a list of texts";
}

std::string show(bool value) { return value ? "true" : "false"; }
std::string show(int value) { return fmt::format("{}", value); }
std::string show(std::uint64_t value) {
  // TOML's whole numbers are signed 64-bit: a larger one could be written but never read back.
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw ConfigError(fmt::format("expected a whole number of at most 2^63 - 1, got {}", value));
  return fmt::format("{}", value);
}
std::string show(double value) {
  const std::string text = fmt::format("{}", value);  // shortest text that reads back to the same value
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}
std::string show(const std::string& value) {
  std::ostringstream text;
  text << toml::value<std::string>(value);
  return text.str();
}
template <class T>
std::string show(const std::vector<T>& values) {
  std::vector<std::string> words;
  for (const auto& value : values) words.push_back(show(value));
  return fmt::format("[{}]", join(words));
}

std::string show(const Allowed& allowed) {
  if (!allowed.words.empty()) return "one of " + join(allowed.words);
  const bool low = std::isfinite(allowed.min), high = std::isfinite(allowed.max);
  // Whole bounds with all their digits: 1048576, not 1.04858e+06.
  if (low && high) return fmt::format("{} to {}", allowed.min, allowed.max);
  if (low) return fmt::format("at least {}", allowed.min);
  if (high) return fmt::format("at most {}", allowed.max);
  return "";
}

/// What is wrong with a value, or nothing.
template <class T>
std::optional<std::string> complaint(const T& value, const Allowed& allowed) {
  if constexpr (is_list<T>) {
    for (const auto& element : value)
      if (auto wrong = complaint(element, allowed)) return wrong;
  } else if constexpr (std::is_same_v<T, std::string>) {
    const auto& words = allowed.words;
    if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end())
      return fmt::format("expected {}, got '{}'{}", show(allowed), value, did_you_mean(value, words));
  } else if constexpr (!std::is_same_v<T, bool>) {
    const auto number = static_cast<double>(value);
    if (!(number >= allowed.min && number <= allowed.max))
      return fmt::format("expected {}, got {}", show(allowed), show(value));
  }
  return std::nullopt;
}

/// Dates and times, which JSON lacks, become text.
nlohmann::ordered_json json_of(const toml::node& node) {
  nlohmann::ordered_json json;
  if (const auto* table = node.as_table()) {
    json = nlohmann::ordered_json::object();
    for (const auto& [key, value] : *table) json[std::string(key.str())] = json_of(value);
  } else if (const auto* array = node.as_array()) {
    json = nlohmann::ordered_json::array();
    for (const auto& value : *array) json.push_back(json_of(value));
  } else if (const auto flag = node.value_exact<bool>()) {
    json = *flag;
  } else if (const auto whole = node.value_exact<std::int64_t>()) {
    json = *whole;
  } else if (const auto number = node.value_exact<double>()) {
    json = *number;
  } else if (const auto text = node.value_exact<std::string>()) {
    json = *text;
  } else {
    std::ostringstream other;
    node.visit([&](const auto& concrete) { other << concrete; });
    json = other.str();
  }
  return json;
}

/// The TOML node as a T, exactly: no text for numbers, no fractions for whole numbers.
template <class T>
std::optional<T> convert(const toml::node& node) {
  if constexpr (is_list<T>) {
    const auto* array = node.as_array();
    if (!array) return std::nullopt;
    T values;
    for (const auto& element : *array) {
      auto value = convert<typename T::value_type>(element);
      if constexpr (std::is_same_v<T, std::vector<std::string>>)  // [[section.key]]: its owner reads its keys
        if (element.is_table()) value = json_of(element).dump();
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  } else if constexpr (std::is_same_v<T, bool>) {
    return node.value_exact<bool>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return node.value_exact<std::string>();
  } else if constexpr (std::is_same_v<T, double>) {
    if (const auto whole = node.value_exact<std::int64_t>()) return static_cast<double>(*whole);
    return node.value_exact<double>();
  } else {
    const auto whole = node.value_exact<std::int64_t>();
    if (!whole || (std::is_unsigned_v<T> && *whole < 0)) return std::nullopt;
    if constexpr (std::is_same_v<T, int>)
      if (*whole < std::numeric_limits<int>::min() || *whole > std::numeric_limits<int>::max())
        return std::nullopt;
    return static_cast<T>(*whole);
  }
}

template <class T>
void put(T* target, const T& value) {
  *target = value;
}
void put(const WordPointer& target, const std::string& word) { target.set(word); }
void put(const WordListPointer& target, const std::vector<std::string>& words) { target.set(words); }

void assign(const Field& field, const toml::node& node, const std::string& where) {
  std::visit(
      [&](const auto& target) {
        using T = std::remove_cvref_t<decltype(file_value(target))>;
        const auto value = convert<T>(node);
        if (!value) {
          std::ostringstream got;
          node.visit([&](const auto& concrete) { got << concrete; });
          throw ConfigError(fmt::format("{}: expected {}, got {}", where, type_name<T>(), got.str()));
        }
        if (const auto wrong = complaint(*value, field.allowed)) throw ConfigError(where + ": " + *wrong);
        put(target, *value);
      },
      field.value);
}

std::string position(const std::string& name, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", name, source.begin.line, source.begin.column);
}

template <class Range>
std::vector<std::string> names_of(const Range& range) {
  std::vector<std::string> names;
  for (const auto& element : range) names.push_back(element.name);
  return names;
}

const Section& find_section(const std::vector<Section>& sections, const std::string& name,
                            const std::string& where) {
  for (const auto& section : sections)
    if (section.name == name) return section;
  const auto known = names_of(sections);
  throw ConfigError(fmt::format("{}: unknown table [{}]{}; known tables: {}", where, name,
                                did_you_mean(name, known), join(known)));
}

const Field& find_field(const std::vector<Field>& fields, const std::string& section, const std::string& name,
                        const std::string& where) {
  for (const auto& field : fields)
    if (field.name == name) return field;
  const auto known = names_of(fields);
  throw ConfigError(fmt::format("{}: unknown key '{}' in [{}]{}; known keys: {}", where, name, section,
                                did_you_mean(name, known), join(known)));
}

/// Whether there are tables inside this one: [device.pcm] is inside [device].
bool has_inner(const std::vector<Section>& sections, const std::string& name) {
  return std::any_of(sections.begin(), sections.end(),
                     [&](const Section& section) { return section.name.starts_with(name + "."); });
}

/// Reads the keys of [section_name], in their declared order, and of the tables in it that are sections, as
/// [device.pcm] is in [device].
void read_section(const toml::table& table, const std::string& section_name, const std::string& where,
                  const std::string& name, const std::vector<Section>& sections) {
  const auto& section = find_section(sections, section_name, where);
  const auto is_inner = [&](const toml::node& node) {
    return node.is_table() && has_inner(sections, section_name);
  };
  auto fields = fields_of(section);
  for (const auto& [key, node] : table)
    if (is_inner(node))
      read_section(*node.as_table(), section_name + "." + std::string(key.str()),
                   position(name, key.source()), name, sections);
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto found = table.find(fields[i].name);
    if (found == table.end() || is_inner(found->second)) continue;
    assign(fields[i], found->second,
           fmt::format("{}: {}.{}", position(name, found->first.source()), section_name, fields[i].name));
    fields = fields_of(section);  // a value may decide which keys there are after it
  }
  for (const auto& [key, node] : table)
    if (!is_inner(node))
      find_field(fields, section_name, std::string(key.str()), position(name, key.source()));
}

void read_table(const toml::table& root, const std::string& name, const std::vector<Section>& sections) {
  for (const auto& [key, node] : root) {
    const std::string section_name(key.str());
    const auto where = position(name, key.source());
    const auto* table = node.as_table();
    if (!table)
      throw ConfigError(fmt::format("{}: key '{}' stands outside a table; expected one of [{}]", where,
                                    section_name, join(names_of(sections), "], [")));
    read_section(*table, section_name, where, name, sections);
  }
}

/// "section.key" of every key that the file does not give; a section's name is its path of tables.
std::vector<std::string> left_out(const toml::table& root, const std::vector<Section>& sections) {
  std::vector<std::string> keys;
  for (const auto& section : sections)
    for (const auto& field : fields_of(section)) {
      const std::string key = section.name + "." + field.name;
      if (!root.at_path(key)) keys.push_back(key);
    }
  return keys;
}

toml::table parse(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw ConfigError(
        fmt::format("{}: not valid TOML: {}", position(name, error.source()), error.description()));
  }
}

}  // namespace

std::vector<std::string> read_config_text(const std::string& text, const std::string& name,
                                          const std::vector<Section>& sections) {
  const auto table = parse(text, name);
  read_table(table, name, sections);
  return left_out(table, sections);
}

std::vector<std::string> read_config(const std::filesystem::path& file,
                                     const std::vector<Section>& sections) {
  std::string text;
  try {
    text = read_text_file(file, largest_config);
  } catch (const DataError& error) {
    throw ConfigError(error.what());
  }
  return read_config_text(text, file.string(), sections);
}

void set_config(const std::string& assignment, const std::vector<Section>& sections) {
  const std::string where = "--set " + assignment;
  const auto equals = assignment.find('=');
  const auto dot = assignment.rfind('.', equals);  // the last: a table's name may have dots, a key has none
  if (equals == std::string::npos || dot == std::string::npos)
    throw ConfigError(where + ": expected section.key=value");
  const auto section = assignment.substr(0, dot), key = assignment.substr(dot + 1, equals - dot - 1);
  const auto value = assignment.substr(equals + 1);
  const auto fields = fields_of(find_section(sections, section, where));
  const auto& field = find_field(fields, section, key, where);
  const bool quoted = !value.empty() && (value.front() == '"' || value.front() == '\'');
  const bool text = !quoted && (std::holds_alternative<std::string*>(field.value) ||
                                std::holds_alternative<WordPointer>(field.value));
  const auto table = parse("value = " + (text ? show(value) : value), where);
  if (table.size() != 1) throw ConfigError(where + ": expected one value");
  assign(field, *table.get("value"), where);
}

std::string write_config(const std::vector<Section>& sections) {
  std::string text;
  for (const auto& section : sections) {
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section.name);
    for (const auto& field : fields_of(section))
      std::visit(
          [&](const auto& value) { text += fmt::format("{} = {}\n", field.name, show(file_value(value))); },
          field.value);
  }
  return text;
}

std::string describe_config(const std::vector<Section>& sections) {
  std::string text;
  for (const auto& section : sections) {
    text += fmt::format("## [{}]\n\n{}\n\n| key | default | allowed | meaning |\n|---|---|---|---|\n",
                        section.name, section.help);
    for (const auto& field : fields_of(section))
      std::visit(
          [&](const auto& value) {
            text += fmt::format("| `{}` | `{}` | {} | {} |\n", field.name, show(file_value(value)),
                                show(field.allowed), field.help);
          },
          field.value);
    text += "\n";
  }
  return text;
}

}  // namespace mho
