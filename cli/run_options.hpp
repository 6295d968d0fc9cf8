// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/run_config.hpp"

namespace CLI {
class App;
}

namespace mho {

/// Options that `search` and `evaluate` share.
struct RunOptions {
  std::filesystem::path config;
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

/// Sizes the thread arena and reads the configuration with --set and --seed applied. Throws ConfigError or
/// DataError.
RunConfig load(const RunOptions& options);

}  // namespace mho
