// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/output.hpp"
#include "cli/program/command_shape.hpp"
#include "cli/subcommands.hpp"
#include "core/base/suggest.hpp"
#include "search/run_config.hpp"

namespace mho {
namespace {

class KeyCollector : public FieldVisitor {
 public:
  KeyCollector(std::string table, std::vector<std::string>& keys) : table_(std::move(table)), keys_(keys) {}
  void field(std::string_view name, FieldValue, const Allowed&, std::string_view) override {
    keys_.push_back(table_ + "." + std::string(name));
  }

 private:
  std::string table_;
  std::vector<std::string>& keys_;
};

/// Of run files with any kind of space, each once.
std::vector<std::string> run_keys() {
  std::vector<std::string> keys;
  RunConfig config;
  for (const auto kind : all_values<SpaceType>()) {
    config.space.kind = kind;
    for (const auto& section : config.sections()) {
      KeyCollector collector(section.name, keys);
      section.fields(collector);
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

int run(const CLI::App& app, const std::string& shell) {
  check_word("SHELL", shell, completion_shells());
  print(completion_script(shell, shape_of(app), run_keys()));
  return 0;
}

}  // namespace

void add_completion(CLI::App& app, Action& action) {
  const auto shell = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("completion", "Print a shell's completions of commands, options and keys");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  command->footer(
      "bash: mho completion bash > ~/.local/share/bash-completion/completions/mho\n"
      "zsh:  mho completion zsh > ~/.zfunc/_mho (a folder of fpath)\n"
      "fish: mho completion fish > ~/.config/fish/completions/mho.fish");
  command->callback([shell, &action, &app] { action = [shell, &app] { return run(app, *shell); }; });
}

}  // namespace mho
