// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/fields.hpp"

namespace mho {

/// A `[name]` table of a configuration file and the fields that live in it; `outer.inner` is a table inside
/// [outer], which must be a section too.
struct Section {
  std::string name;
  std::string help;
  std::function<void(FieldVisitor&)> fields;
};

/// Reads `file` (TOML) into the fields of `sections`. Keys that the file leaves out keep their value and are
/// returned, as "section.key". Throws ConfigError (file:line:column) for a missing file, a syntax error, an
/// unknown table or key (with a did-you-mean), a wrong type or a value out of its allowed range.
std::vector<std::string> read_config(const std::filesystem::path& file, const std::vector<Section>& sections);

/// As read_config, from text; `name` stands for the file in messages.
std::vector<std::string> read_config_text(const std::string& text, const std::string& name,
                                          const std::vector<Section>& sections);

/// Applies one `section.key=value` of the command line, the value written as in TOML (quotes may be left out
/// around text). Throws ConfigError like read_config.
void set_config(const std::string& assignment, const std::vector<Section>& sections);

/// The whole configuration as TOML that read_config reads back to the same values.
std::string write_config(const std::vector<Section>& sections);

/// Markdown tables of every key: type, default, allowed values, help (docs/config.md is this text).
std::string describe_config(const std::vector<Section>& sections);

}  // namespace mho
