// SPDX-License-Identifier: Apache-2.0
#include "search/study/run_folder.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "search/proposers/proposer.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

std::string config_text(RunConfig config) {
  config.chip_selection.file = "chip.toml";
  resolve_objective(config.task, config.search);  // as loading it again does
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

constexpr const char* trials_key = "search.trials";

/// The trials that the run in the folder was to have; 0 where its configuration does not say.
int trials_before(const RunFolder& folder) {
  const auto text = value_of(entries(read_text_file(folder.config())), trials_key);
  int trials = 0;
  std::from_chars(text.data(), text.data() + text.size(), trials);
  return trials;
}

/// What the run was started with, as this version writes it: keys that it did not have have their defaults.
std::string config_before(const std::filesystem::path& file) {
  RunConfig config;
  read_config(file, config.sections());
  resolve_objective(config.task, config.search);
  return write_config(config.sections());
}

/// The entries of a chip file that an earlier version may have written: what it did not know of is as it is.
std::vector<Entry> completed(std::vector<Entry> before, const std::vector<Entry>& now) {
  for (const auto& entry : now)
    if (value_of(before, entry.key) == "nothing") before.push_back(entry);
  return before;
}

/// What a user wrote may be another word on each machine.
std::string hint_of(const std::string& key) {
  if (key == "training.arithmetic") return " ('auto' is decided by each machine's processor: name the run's)";
  if (key == "scoring.arithmetic") return " ('bfloat16' is 'float32' on processors without AVX-512-BF16)";
  return "";
}

void expect_same(const std::filesystem::path& file, const std::vector<Entry>& before,
                 const std::vector<Entry>& after, bool extended) {
  const auto compare = [&](const std::vector<Entry>& keys) {
    for (const auto& [key, value] : keys) {
      const auto then = value_of(before, key), given = value_of(after, key);
      if (then != given && !(extended && key == trials_key))
        throw ConfigError(
            fmt::format("{}: {}: the run was started with {}, got {}{}; resume with the same configuration "
                        "or start another folder",
                        file.string(), key, then, given, hint_of(key)));
    }
  };
  compare(before);
  compare(after);
}

/// Names the gene, where the keys would name a whole list of genes or a file.
void expect_same_space(const std::filesystem::path& file, const SpaceConfig& now) {
  RunConfig config;
  read_config(file, config.sections());
  if (config.space.kind != SpaceType::genes || now.kind != SpaceType::genes) return;
  const auto differs = difference(Space(config.space), Space(now));
  if (!differs.empty())
    throw ConfigError(
        fmt::format("{}: space: the run was started with another one: {}; resume with the same "
                    "configuration or start another folder",
                    file.string(), differs));
}

/// A longer run begins with the trials of a shorter one, except in these cases.
void check_extension(const RunFolder& folder, int before, const SearchConfig& search) {
  std::string reason;
  if (proposer_traits(search.proposer).one_design) reason = "a Latin hypercube is one design over all trials";
  if (search.fidelity != Fidelity::none && before % search.population != 0)
    reason = fmt::format("successive halving has judged its last generation of {} without the rest",
                         before % search.population);
  if (!reason.empty())
    throw ConfigError(
        fmt::format("{}: {}: the run was started with {}, got {}, and cannot be extended: {}; start another "
                    "folder",
                    folder.config().string(), trials_key, before, search.trials, reason));
}

/// Throws ConfigError unless it is the run's configuration, or that with more trials.
void check_resumed(const RunFolder& folder, const RunConfig& config) {
  const int before = trials_before(folder);
  const bool extended = before > 0 && config.search.trials > before;
  expect_same_space(folder.config(), config.space);
  expect_same(folder.config(), entries(config_before(folder.config())), entries(config_text(config)),
              extended);
  const auto chip = entries(chip_text(config.chip));
  expect_same(folder.chip(), completed(entries(read_text_file(folder.chip())), chip), chip, false);
  if (!extended) return;
  check_extension(folder, before, config.search);
  write_file_atomically(folder.config(), config_text(config));
}

RunFolder locked(const std::filesystem::path& root, FileLock::Kind kind) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) throw RunError(fmt::format("cannot make folder {}: {}", root.string(), error.message()));
  const auto lock = std::make_shared<const FileLock>(root / "lock", kind);
  if (!lock->held())
    throw ConfigError(fmt::format(
        "{}: another search is at work in this folder; wait for it or choose another folder", root.string()));
  return {root, lock};
}

}  // namespace

std::string resolved_config(const RunConfig& config) {
  return config_text(config) + "\n" + chip_text(config.chip);
}

RunFolder open_run_folder(const std::filesystem::path& root, const RunConfig& config, RunStart start) {
  const bool begun = std::filesystem::exists(RunFolder{root}.config());
  if (start == RunStart::resumed && !begun)
    throw ConfigError(fmt::format("{}: expected a run to resume, found no config.toml", root.string()));
  const bool joined = start == RunStart::joined;
  auto folder = locked(root, joined ? FileLock::Kind::shared : FileLock::Kind::exclusive);
  if (start == RunStart::fresh && std::filesystem::exists(folder.trials()))
    throw ConfigError(
        fmt::format("{}: holds a run already; resume it or choose another folder", root.string()));
  if (start == RunStart::resumed || (joined && begun)) {
    check_resumed(folder, config);
  } else {
    write_file_atomically(folder.chip(), chip_text(config.chip));
    write_file_atomically(folder.config(), config_text(config));
  }
  return folder;
}

}  // namespace mho
