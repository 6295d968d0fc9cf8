// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mho {

/// One option, or one positional argument, as its declaration says.
struct OptionShape {
  std::vector<std::string> names;  ///< "-q", "--quiet"; of a positional its own, "CONFIG"
  std::string help;
  std::string value;               ///< what it takes, "FILE"; "" for a flag
  std::vector<std::string> words;  ///< the only ones that it takes; empty: others
  bool required = false;
};

/// A command with its options and commands: what help, man page and completions are made of.
struct CommandShape {
  std::string name, help, footer;
  std::vector<OptionShape> options, positionals;
  std::vector<CommandShape> commands;
};
CommandShape shape_of(const CLI::App& app);

/// The man page mho(1), as roff.
std::string man_page(const CommandShape& program, const std::string& version);

/// A completion script; `keys` are those of run files, "search.trials", for options that take
/// TABLE.KEY=VALUE. `shell` is one of completion_shells().
std::string completion_script(const std::string& shell, const CommandShape& program,
                              const std::vector<std::string>& keys);
const std::vector<std::string>& completion_shells();

}  // namespace mho
