// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/output.hpp"
#include "cli/program/command_shape.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

struct HelpArguments {
  std::vector<std::string> command;
  bool man = false;
};

/// The command of these words below `app`. Throws InputError naming the nearest.
const CLI::App& find(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  for (const auto& word : words) {
    const CLI::App* next = nullptr;
    std::vector<std::string> names;
    for (const auto* command : at->get_subcommands({})) {
      names.push_back(command->get_name());
      if (command->get_name() == word) next = command;
    }
    if (!next) throw InputError("help: unknown command '" + word + "'" + did_you_mean(word, names));
    at = next;
  }
  return *at;
}

int run(const CLI::App& app, const HelpArguments& arguments) {
  if (arguments.man && !arguments.command.empty())
    throw InputError("help: expected no COMMAND with --man, whose page is of all of them, got " +
                     join(arguments.command, " "));
  const auto& command = find(app, arguments.command);
  auto path = app.get_name();
  for (const auto& word : arguments.command) path += " " + word;
  // Not command.help(), which for `app` is that of the command that was parsed: this one.
  print(arguments.man ? man_page(shape_of(app), version())
                      : app.get_formatter()->make_help(&command, path, CLI::AppFormatMode::Normal));
  return 0;
}

}  // namespace

void add_help(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<HelpArguments>();
  auto* command = app.add_subcommand("help", "Print the help of mho or of a command");
  command->add_option("COMMAND", arguments->command, "One of 'mho help', e.g. search");
  command->add_flag("--man", arguments->man, "Print a man page instead: mho help --man | man -l -");
  command->callback(
      [arguments, &action, &app] { action = [arguments, &app] { return run(app, *arguments); }; });
}

}  // namespace mho
