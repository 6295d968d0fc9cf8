// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/candidate.hpp"
#include "cli/chip_folder.hpp"
#include "cli/host_extensions.hpp"
#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/show/score_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/scratch_folder.hpp"
#include "core/chip/export/check_export.hpp"
#include "core/chip/mapping/cost_json.hpp"

namespace mho {
namespace {

struct ExportArguments {
  std::filesystem::path winner;
  std::filesystem::path chip;
  std::filesystem::path out;
  std::filesystem::path check;
  std::filesystem::path config;
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

EvaluationTables load_config(const ExportArguments& arguments) {
  std::vector<std::string> assignments;
  if (!arguments.chip.empty())
    assignments.push_back("chip.file=" + std::filesystem::absolute(arguments.chip).string());
  return load_tables(arguments.config.empty() ? own_config(arguments.winner) : arguments.config, assignments);
}

std::string to_json(const std::filesystem::path& folder, const ChipConfig& chip, const Cost& cost) {
  nlohmann::ordered_json json = {{"folder", folder.string()}, {"chip", chip.name}};
  json.update(nlohmann::ordered_json::parse(cost_json(cost)));
  json["from_hermes64"] = chip.from_hermes64;
  return json.dump(2) + "\n";
}

bool is_foreign(const ExportArguments& arguments) { return arguments.winner.extension() == ".onnx"; }

/// An ONNX file has no run file of its own beside it, and nothing is written there.
void check_foreign(const ExportArguments& arguments) {
  if (is_foreign(arguments) && (arguments.config.empty() || arguments.out.empty()))
    throw InputError(
        fmt::format("export: {}: expected --config FILE, the hardware and the data that its input "
                    "ranges are calibrated on, and --out DIR with an ONNX file",
                    arguments.winner.string()));
}

/// With --config, calibrated for its hardware; else as it was scored.
Candidate find_candidate(const ExportArguments& arguments, const EvaluationTables& config,
                         const NetworkReader& reader) {
  if (arguments.config.empty()) return load_candidate(arguments.winner);
  auto [candidate, notes, dataset] = load_candidate_and_data(arguments.winner.string(), config.task, reader);
  const auto calibrated = prepare_parameters(CompiledCandidate(candidate.architecture, config.hardware),
                                             candidate.parameters, dataset.train, config.post_training);
  notes.insert(notes.end(), calibrated.begin(), calibrated.end());
  for (const auto& note : notes) log_line("note: " + note);
  return std::move(candidate);
}

int run(const ExportArguments& arguments, const HostExtensions& extensions) {
  if (arguments.winner.empty() == arguments.check.empty())
    throw InputError("export: expected WINNER or --check DIR, got " +
                     std::string(arguments.winner.empty() ? "neither" : "both"));
  if (!arguments.check.empty()) return check(arguments.check);
  check_foreign(arguments);
  const auto config = load_config(arguments);
  const auto candidate = find_candidate(arguments, config, extensions.read_network);
  const auto folder = arguments.out.empty() ? arguments.winner / "chip" : arguments.out;
  const ScratchFolder made(folder);
  const auto mapping = write_chip_folder(made.path(), candidate, config);
  std::vector<std::string> names;
  for (const auto& [name, always] : export_files()) names.push_back(name);
  move_result(made.path(), folder, names, arguments.force);
  const auto& cost = mapping.cost;
  print(arguments.json
            ? to_json(folder, config.chip, cost)
            : fmt::format("{}: {} on {}, {}\n{}", folder.string(), candidate.architecture.name(),
                          config.chip.name, brief_cost(cost), borrowed_text(config.chip.from_hermes64)));
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<ExportArguments>();
  auto* command =
      app.add_subcommand("export", "Write a winner as conductance targets, placement and schedule");
  command->add_option("WINNER", arguments->winner,
                      "Winner folder, e.g. runs/kws/winners/0, or, with --config, an ONNX file");
  command
      ->add_option(
          "--config", arguments->config,
          "Run file: hardware, chip, and the data that missing input ranges are calibrated on (default: "
          "the winner's own)")
      ->type_name("FILE");
  command->add_option("--chip", arguments->chip, "Chip file (default: the run's own)")->type_name("FILE");
  command->add_option("--out", arguments->out, "Folder to write (default: WINNER/chip)")->type_name("DIR");
  command->add_option("--check", arguments->check, "Validate a chip folder instead of writing one")
      ->type_name("DIR");
  add_force_option(*command, arguments->force);
  command->add_flag("--json", arguments->json, "Print one JSON document instead of a line");
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions); };
  });
}

}  // namespace mho
