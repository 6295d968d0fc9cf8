// SPDX-License-Identifier: Apache-2.0
#include "cli/run_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/parallel.hpp"
#include "search/run_config.hpp"

namespace mho {

void add_run_options(CLI::App& command, RunOptions& options) {
  // allow_extra_args(false): one value an option, so that a positional argument may follow; run_cli gives
  // each of several assignments an option of its own.
  command
      .add_option("--set", options.assignments,
                  "Set configuration values: --set search.trials=8 training.epochs=5 (repeatable)")
      ->type_name("TABLE.KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "Seed of every random number; replaces search.seed")
      ->type_name("N");
  command.add_option("--threads", options.threads, "Threads; 0 for all cores. Results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  command.add_flag("--json", options.json, "Print one JSON document instead of a table");
}

void add_out_option(CLI::App& command, RunOptions& options, const std::string& help) {
  command.add_option("--out", options.out, help)->type_name("DIR");
}

std::filesystem::path own_config(const std::filesystem::path& given) {
  if (!std::filesystem::is_directory(given))
    throw InputError(fmt::format("{}: expected a winner's folder, found none", given.string()));
  const auto folder = std::filesystem::canonical(given);
  for (const auto& file : {folder / "config.toml", folder.parent_path().parent_path() / "config.toml"})
    if (is_file(file)) return file;
  throw ConfigError(
      fmt::format("{}: expected config.toml in it or in its run folder, found neither; a winner folder is "
                  "written by 'mho search' or 'mho evaluate --out'",
                  given.string()));
}

namespace {
std::filesystem::path run_file(const std::filesystem::path& given) { return given == "-" ? "" : given; }
}  // namespace

RunConfig load(const RunOptions& options) {
  set_thread_count(options.threads);
  auto assignments = options.assignments;
  if (options.seed) assignments.push_back("search.seed=" + std::to_string(*options.seed));
  return load_run_config(run_file(options.config), assignments);
}

EvaluationTables load_tables(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  return load_run_config(run_file(file), assignments);
}

HardwareConfig read_hardware(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  return read_run_config(file, assignments).hardware;
}

EvaluationRun load_evaluation(const RunOptions& options) {
  const auto file = std::make_shared<const RunConfig>(load(options));
  return {*file, file->search.seed, file};
}

std::string config_text(const EvaluationRun& run) {
  auto config = *run.file;
  static_cast<EvaluationTables&>(config) = run.tables;
  return write_config(config.sections());
}

}  // namespace mho
