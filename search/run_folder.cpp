// SPDX-License-Identifier: Apache-2.0
#include "search/run_folder.hpp"

#include <fmt/format.h>

#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

std::string config_text(RunConfig config) {
  config.chip_selection.file = "chip.toml";
  return write_config(config.sections());
}

std::string chip_text(ChipConfig chip) {
  return write_config({{"chip", "", [&](FieldVisitor& visitor) { chip.fields(visitor); }}});
}

struct Entry {
  std::string key;  ///< "section.key"
  std::string value;
};

/// The entries of text that write_config wrote: a line each.
std::vector<Entry> entries(const std::string& text) {
  std::vector<Entry> found;
  std::istringstream lines(text);
  std::string line, section;
  while (std::getline(lines, line)) {
    const auto equals = line.find(" = ");
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
    if (equals != std::string::npos)
      found.push_back({section + "." + line.substr(0, equals), line.substr(equals + 3)});
  }
  return found;
}

std::string value_of(const std::vector<Entry>& among, const std::string& key) {
  for (const auto& entry : among)
    if (entry.key == key) return entry.value;
  return "nothing";
}

void expect_same(const std::filesystem::path& file, const std::string& now) {
  const auto before = entries(read_text_file(file)), after = entries(now);
  const auto compare = [&](const std::vector<Entry>& keys) {
    for (const auto& [key, value] : keys) {
      const auto then = value_of(before, key), given = value_of(after, key);
      if (then != given)
        throw ConfigError(
            fmt::format("{}: {}: the run was started with {}, got {}; resume with the same configuration "
                        "or start another folder",
                        file.string(), key, then, given));
    }
  };
  compare(before);
  compare(after);
}

}  // namespace

std::string resolved_config(const RunConfig& config) {
  return config_text(config) + "\n" + chip_text(config.chip);
}

RunFolder open_run_folder(const std::filesystem::path& root, const RunConfig& config, bool resume) {
  const RunFolder folder{root};
  if (resume && !std::filesystem::exists(folder.config()))
    throw ConfigError(fmt::format("{}: expected a run to resume, found no config.toml", root.string()));
  if (!resume && std::filesystem::exists(folder.trials()))
    throw ConfigError(
        fmt::format("{}: holds a run already; resume it or choose another folder", root.string()));
  if (resume) {
    expect_same(folder.config(), config_text(config));
    expect_same(folder.chip(), chip_text(config.chip));
  } else {
    write_file_atomically(folder.chip(), chip_text(config.chip));
    write_file_atomically(folder.config(), config_text(config));
  }
  return folder;
}

}  // namespace mho
