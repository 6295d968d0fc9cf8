// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/score_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/scratch_folder.hpp"
#include "core/chip/export/check_export.hpp"

namespace mho {
namespace {

struct ExportArguments {
  std::filesystem::path winner;
  std::filesystem::path chip;
  std::filesystem::path out;
  std::filesystem::path check;
  bool json = false, force = false;
};

int check(const std::filesystem::path& folder) {
  const auto problems = check_export(folder);
  if (!problems.empty())
    throw DataError(fmt::format("{} problem{}:\n{}", problems.size(), problems.size() == 1 ? "" : "s",
                                fmt::join(problems, "\n")));
  print(fmt::format("{}: a complete export; a simulated image costs what it predicts\n", folder.string()));
  return 0;
}

/// The resolved configuration that a winner was made with: `evaluate --out` writes it into the folder itself,
/// a search into the run folder, two levels up.
std::filesystem::path config_of(const std::filesystem::path& winner) {
  const auto folder = std::filesystem::canonical(winner);
  for (const auto& file : {folder / "config.toml", folder.parent_path().parent_path() / "config.toml"})
    if (is_file(file)) return file;
  throw ConfigError(
      fmt::format("{}: expected config.toml in it or in its run folder, found neither; a winner folder is "
                  "written by 'mho search' or 'mho evaluate --out'",
                  winner.string()));
}

EvaluationTables load_config(const ExportArguments& arguments) {
  std::vector<std::string> assignments;
  if (!arguments.chip.empty())
    assignments.push_back("chip.file=" + std::filesystem::absolute(arguments.chip).string());
  return load_tables(config_of(arguments.winner), assignments);
}

std::string to_json(const std::filesystem::path& folder, const ChipConfig& chip, const Cost& cost) {
  const nlohmann::ordered_json json = {{"folder", folder.string()},
                                       {"chip", chip.name},
                                       {"cores", cost.cores},
                                       {"core_mvms", cost.core_mvms},
                                       {"latency_s", cost.latency_s},
                                       {"throughput_hz", cost.throughput_hz},
                                       {"energy_j", cost.energy_j},
                                       {"utilisation", cost.utilisation},
                                       {"mapping", to_string(MappingMode::full)},
                                       {"from_hermes64", chip.from_hermes64}};
  return json.dump(2) + "\n";
}

int run(const ExportArguments& arguments) {
  if (arguments.winner.empty() == arguments.check.empty())
    throw InputError("export: expected WINNER or --check DIR, got " +
                     std::string(arguments.winner.empty() ? "neither" : "both"));
  if (!arguments.check.empty()) return check(arguments.check);
  const auto [architecture, parameters, features] = load_candidate(arguments.winner);
  const auto config = load_config(arguments);
  const auto mapped = map_onto_chip(architecture, config.chip, config.mapping, MappingMode::full);
  if (!mapped.mapping)
    throw MappingError(
        fmt::format("{} on chip {}: {}", architecture.name(), config.chip.name, mapped.reason));
  const auto folder = arguments.out.empty() ? arguments.winner / "chip" : arguments.out;
  const ScratchFolder made(folder);
  export_chip(made.path(),
              {architecture, parameters, config.hardware, config.chip, *mapped.mapping, features});
  std::vector<std::string> names;
  for (const auto& [name, always] : export_files()) names.push_back(name);
  move_result(made.path(), folder, names, arguments.force);
  const auto& cost = mapped.mapping->cost;
  print(arguments.json
            ? to_json(folder, config.chip, cost)
            : fmt::format("{}: {} on {}, {}\n{}", folder.string(), architecture.name(), config.chip.name,
                          brief_cost(cost), borrowed_text(config.chip.from_hermes64)));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<ExportArguments>();
  auto* command =
      app.add_subcommand("export", "Write a winner as conductance targets, placement and schedule");
  command->add_option("WINNER", arguments->winner, "Winner folder, e.g. runs/kws/winners/0");
  command->add_option("--chip", arguments->chip, "Chip file (default: the run's own)")->type_name("FILE");
  command->add_option("--out", arguments->out, "Folder to write (default: WINNER/chip)")->type_name("DIR");
  command->add_option("--check", arguments->check, "Validate a chip folder instead of writing one")
      ->type_name("DIR");
  add_force_option(*command, arguments->force);
  command->add_flag("--json", arguments->json, "Print one JSON document instead of a line");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
