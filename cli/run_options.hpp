// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/evaluation_tables.hpp"

namespace CLI {
class App;
}

namespace mho {

struct RunConfig;

/// Options that `search` and `evaluate` share.
struct RunOptions {
  std::filesystem::path config;          ///< "-": none, every key has its default
  std::vector<std::string> assignments;  ///< of --set
  std::optional<std::uint64_t> seed;     ///< replaces search.seed
  int threads = 0;                       ///< 0: all cores
  bool json = false;
  std::filesystem::path out;  ///< empty where not given
};

/// Declares --set, --seed, --threads and --json.
void add_run_options(CLI::App& command, RunOptions& options);

/// Declares --out.
void add_out_option(CLI::App& command, RunOptions& options, const std::string& help);

/// The run file that made the network in `folder`: `mho evaluate --out` writes it there, a search into the
/// run folder, two levels up. Throws InputError.
std::filesystem::path own_config(const std::filesystem::path& folder);

/// Sizes the thread arena and reads the configuration with --set and --seed applied. Throws ConfigError or
/// DataError.
RunConfig load(const RunOptions& options);

/// A run file's tables, checked, for commands that only judge what a run left. Throws ConfigError.
EvaluationTables load_tables(const std::filesystem::path& file, const std::vector<std::string>& assignments);

/// A run file's [hardware] and [device] ("": the defaults), for a command that needs no run. Throws
/// ConfigError for what cannot be read.
HardwareConfig read_hardware(const std::filesystem::path& file, const std::vector<std::string>& assignments);

/// A run file as commands read it that judge one network.
struct EvaluationRun {
  EvaluationTables tables;
  std::uint64_t seed = 0;
  std::shared_ptr<const RunConfig> file;  ///< as it was read, with what it says of searches
};

/// The same for such commands.
EvaluationRun load_evaluation(const RunOptions& options);

/// The whole run file with the run's tables.
std::string config_text(const EvaluationRun& run);

}  // namespace mho
