// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <new>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

/// CLI11 calls an unknown command "not expected"; the nearest known one helps more.
void check_command_name(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string given = argv[1];
  if (std::find(names.begin(), names.end(), given) == names.end())
    throw InputError("unknown command '" + given + "'" + did_you_mean(given, names) +
                     "; known commands: " + join(names));
}

int parse_and_run(int argc, char** argv, const SearchExtensions& extensions) {
  CLI::App app{"Finds the neural network that survives your analog chip", "mho"};
  app.set_version_flag("--version", std::string("mho ") + version());
  app.require_subcommand(1);
  Action action;
  add_search(app, action, extensions);
  add_evaluate(app, action);
  add_export(app, action);
  add_simulate(app, action);
  add_data(app, action);
  add_doctor(app, action);
  add_device(app, action);
  add_bench(app, action);
  add_bench_search(app, action, extensions);
  add_map(app, action);
  add_config(app, action);
  check_command_name(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has exit codes of its own (100 and up); ours is 2 for wrong usage. --help and --version end here
    // too.
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2;
  }
  return action();
}

}  // namespace

int run_cli(int argc, char** argv, const SearchExtensions& extensions) {
  try {
    return parse_and_run(argc, argv, extensions);
  } catch (const InputError& error) {
    log_line(std::string("error: ") + error.what());
    return 2;
  } catch (const std::filesystem::filesystem_error& error) {
    log_line("error: " + error.path1().string() + ": " + error.code().message());
    return is_impossible_path(error.code()) ? 2 : 1;
  } catch (const std::bad_alloc&) {
    log_line(std::string("error: ") + (argc > 1 ? argv[1] : "mho") +
             ": expected what was asked to fit this machine's memory, found too little of it");
    return 1;
  } catch (const std::exception& error) {
    log_line(std::string("error: ") + error.what());
    return 1;
  }
}

}  // namespace mho
