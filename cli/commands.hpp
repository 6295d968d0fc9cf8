// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/host_extensions.hpp"

namespace mho {

/// Runs one `mho` command line: what the executable and the Python module's `mho` both are.
/// Returns 0 when the command did what was asked, 1 when it failed or was stopped by a signal, 2 when its
/// input (usage, configuration, data, file) cannot be used. Results go to stdout, everything else to stderr;
/// no exception leaves it. `extensions` is what the host adds.
int run_cli(int argc, char** argv, const HostExtensions& extensions = {});

/// What a command gave.
struct CommandAnswer {
  std::string printed;              ///< what it would write to stdout
  std::vector<std::string> logged;  ///< and to stderr, a line each, without "mho: "
};
/// The same for a host that shows results in its own way: `words` without the program's name. Throws
/// InputError (exit code 2) or RunError (1).
CommandAnswer answer_command(const std::vector<std::string>& words, const HostExtensions& extensions);

}  // namespace mho
