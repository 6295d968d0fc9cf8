// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
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

/// The words of a command line; in `--set a.b=1 c.d=2` every assignment gets a --set of its own. A file of
/// that name is a file.
std::vector<std::string> spread_assignments(int argc, char** argv) {
  std::vector<std::string> words;
  bool assigned = false;  // whether the word before was an assignment
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool first = word.starts_with("--set=") || (i > 1 && std::string(argv[i - 1]) == "--set");
    const bool more = assigned && !word.starts_with("-") && word.find('=') != std::string::npos &&
                      !std::filesystem::exists(word);
    if (more) words.emplace_back("--set");
    words.push_back(word);
    assigned = first || more;
  }
  return words;
}

std::string usage(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return fmt::format(" (usage: {}{} --help)", program_name(),
                     commands.empty() ? "" : " " + commands.front()->get_name());
}

int parse_and_run(int argc, char** argv, const HostExtensions& extensions) {
  CLI::App app{"Finds the neural network that survives your analog chip", "mho"};
  app.set_version_flag("--version", std::string("mho ") + version());
  app.require_subcommand(1);
  int quiet = 0, verbose = 0;
  app.add_flag("-q,--quiet", quiet, "Neither progress nor notes: results and errors only");
  app.add_flag("-v,--verbose", verbose, "A line for each trial and epoch, on a terminal too");
  Action action;
  add_search(app, action, extensions.search);
  add_evaluate(app, action, extensions);
  add_predict(app, action, extensions);
  add_stream(app, action, extensions);
  add_explain(app, action, extensions);
  add_export(app, action, extensions);
  add_simulate(app, action, extensions);
  add_report(app, action);
  add_data(app, action);
  add_doctor(app, action);
  add_device(app, action);
  add_lstsq(app, action);
  add_pca(app, action);
  add_spiking(app, action);
  add_bench(app, action);
  add_bench_search(app, action, extensions.search);
  add_map(app, action, extensions);
  add_config(app, action);
  add_help(app, action);
  add_completion(app, action);
  for (auto* command : app.get_subcommands({})) {  // -q and -v may stand behind all words
    command->fallthrough();
    for (auto* inner : command->get_subcommands({})) inner->fallthrough();
  }
  check_command_name(app, argc, argv);
  auto reversed = spread_assignments(argc, argv);
  std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants them
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success& wish) {  // --help, --version
    return app.exit(wish, std::cout, std::cerr);
  } catch (const CLI::ExtrasError&) {
    throw InputError("unexpected " + join(app.remaining(true), " ") + usage(app));
  } catch (const CLI::ParseError& error) {
    throw InputError(error.what() + usage(app));
  }
  if (quiet > 0 && verbose > 0) throw InputError("-q, -v: expected one of them, got both");
  set_verbosity(quiet > 0 ? Verbosity::quiet : verbose > 0 ? Verbosity::verbose : Verbosity::normal);
  return action();
}

}  // namespace

int run_cli(int argc, char** argv, const HostExtensions& extensions) {
  set_program_name(argc > 0 ? argv[0] : "mho");
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond a limit fails like one on a full disk, with a message
  try {
    return parse_and_run(argc, argv, extensions);
  } catch (const InputError& error) {
    log_always(std::string("error: ") + error.what());
    return 2;
  } catch (const std::filesystem::filesystem_error& error) {
    log_always("error: " + error.path1().string() + ": " + error.code().message());
    return is_impossible_path(error.code()) ? 2 : 1;
  } catch (const std::bad_alloc&) {
    log_always(std::string("error: ") + (argc > 1 ? argv[1] : "mho") +
               ": expected what was asked to fit this machine's memory, found too little of it");
    return 1;
  } catch (const std::exception& error) {
    log_always(std::string("error: ") + error.what());
    return 1;
  }
}

CommandAnswer answer_command(const std::vector<std::string>& words, const HostExtensions& extensions) {
  std::vector<std::string> all{"mho"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (auto& word : all) argv.push_back(word.data());
  OutputCapture capture;
  try {
    const int code = parse_and_run(static_cast<int>(all.size()), argv.data(), extensions);
    if (code != 0) throw RunError(join(capture.logged, "; "));
  } catch (const std::filesystem::filesystem_error& error) {
    const auto text = error.path1().string() + ": " + error.code().message();
    if (is_impossible_path(error.code())) throw InputError(text);
    throw RunError(text);
  }
  return {std::move(capture.printed), std::move(capture.logged)};
}

}  // namespace mho
