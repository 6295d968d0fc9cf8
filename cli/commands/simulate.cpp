// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/candidate.hpp"
#include "cli/chip_folder.hpp"
#include "cli/host_extensions.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/show/score_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/scratch_folder.hpp"
#include "core/base/quantity.hpp"
#include "evaluators/scoring/chip_simulation.hpp"
#include "evaluators/scoring/drift_json.hpp"

namespace mho {
namespace {

struct SimulateArguments {
  std::filesystem::path folder;
  RunOptions run;
};

/// A count of the simulated image beside the folder's own prediction.
struct Figure {
  const char* name;
  double counted, predicted;
};

std::vector<Figure> figures_of(const Cost& counted, const Cost& predicted) {
  const auto figure = [&](const char* name, auto Cost::*member) {
    return Figure{name, static_cast<double>(counted.*member), static_cast<double>(predicted.*member)};
  };
  return {figure("cores", &Cost::cores),
          figure("core products", &Cost::core_mvms),
          figure("digital MACs", &Cost::digital_macs),
          figure("bit-hops", &Cost::bit_hops),
          figure("waiting bits moved", &Cost::buffer_bits),
          figure("waiting bits held", &Cost::buffered_bits),
          figure("interval, ticks", &Cost::interval),
          figure("fill, ticks", &Cost::fill),
          figure("latency, s", &Cost::latency_s),
          figure("energy low, J", &Cost::energy_low_j),
          figure("energy high, J", &Cost::energy_high_j)};
}

/// "latency, s" and a value: "latency" and "36.0 µs". Counts as they are.
std::string figure_row(const Figure& figure) {
  const std::string name = figure.name;
  const bool has_unit = name.ends_with(", s") || name.ends_with(", J");
  const auto shown = [&](double value) {
    return has_unit ? format_quantity(value, name.substr(name.size() - 1))
                    : format_count(std::llround(value));
  };
  return fmt::format("{:<20} {:>14}   {:>14}{}\n", has_unit ? name.substr(0, name.size() - 3) : name,
                     shown(figure.counted), shown(figure.predicted),
                     figure.counted == figure.predicted ? "" : "   DIFFERS");
}

std::string to_text(const std::string& network, const Metric& metric, const std::vector<DriftPoint>& points,
                    const std::vector<Figure>& figures) {
  auto text = fmt::format("{}, from its chip folder alone\n{:<20} {:>8}   {:>5}   {}\n", network, "",
                          metric.title, "sd", "95 % interval");
  for (const auto& point : points) text += drift_row(point, metric, 20, 6);
  text += fmt::format("{:<20} {:>14}   {:>14}\n", "one image", "counted", "predicted");
  for (const auto& figure : figures) text += figure_row(figure);
  return text;
}

std::string to_json(const std::string& network, const Metric& metric, const std::vector<DriftPoint>& points,
                    const std::vector<Figure>& figures) {
  nlohmann::ordered_json json = {{"network", network},
                                 {"metric", metric.name},
                                 {"drift", nlohmann::ordered_json::parse(drift_json(points))}};
  for (const auto& figure : figures) {
    json["counted"][figure.name] = figure.counted;
    json["predicted"][figure.name] = figure.predicted;
  }
  return json.dump(2) + "\n";
}

/// The folder fixes the chip and what was calibrated; the run file gives the data, the times and the seed.
void check_config(const SimulateArguments& arguments, const EvaluationTables& config) {
  for (const auto& assignment : arguments.run.assignments)
    if (!assignment.starts_with("task.") && !assignment.starts_with("scoring.") &&
        !assignment.starts_with("search.seed"))
      throw ConfigError("--set " + assignment +
                        ": has no effect on a simulation, whose folder fixes all but [task] and [scoring]");
  if (config.post_training.batch_norm_samples > 0 || config.post_training.affine_samples > 0)
    throw ConfigError(
        "post_training: expected batch_norm_samples = 0 and affine_samples = 0 for a simulation: both are "
        "made "
        "on each programmed chip, and are no part of an export folder");
}

/// The chip folder of a winner or an ONNX file, made for this run.
struct MadeFolder {
  std::unique_ptr<ScratchFolder> scratch;
  std::filesystem::path path;
};

/// A folder with cores.json is one; what else names a network with weights is calibrated, mapped and exported
/// first.
MadeFolder find_chip_folder(const SimulateArguments& arguments, const EvaluationTables& config,
                            const NetworkReader& reader) {
  const auto& given = arguments.folder;
  const bool network = given.extension() == ".onnx" || is_file(given / "weights.safetensors");
  if (!network || is_file(given / "cores.json")) return {nullptr, given};
  auto [candidate, notes, dataset] = load_candidate_and_data(given.string(), config.task, reader);
  const auto calibrated = prepare_parameters(CompiledCandidate(candidate.architecture, config.hardware),
                                             candidate.parameters, dataset.train, config.post_training);
  notes.insert(notes.end(), calibrated.begin(), calibrated.end());
  for (const auto& note : notes) log_line("note: " + note);
  auto scratch = std::make_unique<ScratchFolder>(std::filesystem::temp_directory_path() / "mho-simulate");
  write_chip_folder(scratch->path(), candidate, config);
  auto path = scratch->path();
  return {std::move(scratch), std::move(path)};
}

/// A winner's export lies in its folder.
std::filesystem::path winner_of(const std::filesystem::path& folder) {
  const auto place = std::filesystem::weakly_canonical(folder);
  return place.filename() == "chip" ? place.parent_path() : place;
}

int run(SimulateArguments& arguments, const NetworkReader& reader) {
  if (arguments.run.config.empty()) arguments.run.config = own_config(winner_of(arguments.folder));
  const auto loaded = load_evaluation(arguments.run);
  const auto& config = loaded.tables;
  check_config(arguments, config);
  const auto folder = find_chip_folder(arguments, config, reader);
  const ChipSimulator simulator(folder.path);
  const Architecture& architecture = simulator.chip().network.architecture;
  const auto& own = architecture.preprocessing();
  const auto dataset = load_dataset(
      config.task, own ? std::optional(Normalisation{own->mean, own->standard_deviation}) : std::nullopt);
  check_vocabulary(features_in(folder.path), arguments.folder.string(), dataset);
  check_fits(architecture, arguments.folder.string(), dataset);
  const auto& metric = metric_of(config.task.metric);
  const auto points =
      simulate(simulator, {dataset.test, metric}, config.scoring, RandomKey(loaded.seed).with("simulate"));
  const auto figures = figures_of(simulator.count_cost(), simulator.chip().predicted);
  print((arguments.run.json ? to_json : to_text)(architecture.name(), metric, points, figures));
  for (const auto& figure : figures)
    if (figure.counted != figure.predicted)
      throw DataError(
          fmt::format("{}: schedule.json: {}: expected {:.10g}, as a simulated image counts, found "
                      "{:.10g}",
                      arguments.folder.string(), figure.name, figure.counted, figure.predicted));
  return 0;
}

}  // namespace

void add_simulate(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<SimulateArguments>();
  auto* command = app.add_subcommand(
      "simulate", "Run a chip folder core by core, and compare what it counts with what was predicted");
  command
      ->add_option("DIR", arguments->folder,
                   "Chip folder, written by 'mho export', or a winner folder or ONNX file, which is exported "
                   "for this run")
      ->required();
  command->add_option("CONFIG", arguments->run.config,
                      "Run file: its data, scoring times and seed; - for none (default: the winner's own)");
  add_run_options(*command, arguments->run);
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions.read_network); };
  });
}

}  // namespace mho
