// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "cli/candidate.hpp"
#include "cli/host_extensions.hpp"
#include "cli/kept_training.hpp"
#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "cli/show/score_text.hpp"
#include "cli/stop_signal.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/quantity.hpp"
#include "core/chip/export/export.hpp"
#include "evaluators/training/kept_norms.hpp"

namespace mho {
namespace {

struct EvaluateArguments {
  std::string architecture;
  RunOptions run;
  std::filesystem::path from_export;
  bool force = false;
};

/// An architecture and its evaluation; together they make score.json.
struct Judged {
  Architecture architecture;
  Evaluation evaluation;
  std::string features;  ///< of the data (Dataset::features)
};

/// What one training takes besides the tables.
struct TrainingOrder {
  const NetworkAndData& found;
  std::filesystem::path out;  ///< where it is kept; empty: nowhere
  std::string config;         ///< the resolved run file
};

Judged train_and_score(const TrainingOrder& task, const EvaluationConfig& config, RandomKey key) {
  const auto& [network, dataset, start] = task.found;
  const StopSignal stop;
  Progress progress;
  TrainingPart part{.initial = start ? &*start : nullptr};
  KeptTraining kept(task.out, network.architecture, task.config, part.initial);
  kept.add_to(part);
  if (kept.epochs_before() > 0)
    progress.line(fmt::format("going on after epoch {} of {}", kept.epochs_before(), config.training.epochs));
  const auto on_epoch = [&](int done, double loss) {
    const int epochs = config.training.epochs;
    progress.update(fmt::format("epoch {}/{}, loss {:.4f}, {} to go", done, epochs, loss,
                                progress.estimate(done - kept.epochs_before(), epochs - done)),
                    "", static_cast<double>(done) / epochs);
    return !stop.flag();
  };
  const auto training = training_samples(dataset, config.task);
  auto evaluation = evaluate(network.architecture, {training, dataset.test}, config, key, on_epoch, part);
  if (stop.flag())
    throw RunError(
        kept.epochs_kept() > 0
            ? fmt::format("stopped by a signal after epoch {}; the same command goes on from there",
                          kept.epochs_kept())
            : "stopped by a signal; nothing was kept (an evaluation starts over; with --out it would go on)");
  if (evaluation.failed) throw RunError("training failed: " + evaluation.reason);
  kept.remove();
  return {network.architecture, std::move(evaluation), dataset.features};
}

/// The chip folder fixes the hardware and its devices, so the run file's [hardware] and [device] give way,
/// and --set of them would be ignored.
Judged score_export(const EvaluateArguments& arguments, const NetworkReader& reader, EvaluationTables& config,
                    RandomKey key) {
  for (const auto& assignment : arguments.run.assignments)
    if (assignment.starts_with("hardware.") || assignment.starts_with("device.") ||
        assignment.starts_with("chip.row_split"))
      throw ConfigError("--set " + assignment +
                        ": has no effect with --from-export, whose folder fixes [hardware], [device] and the "
                        "row split");
  const auto chip = import_chip(arguments.from_export);
  const auto& own = chip.architecture.preprocessing();
  const auto dataset = load_dataset(
      config.task, own ? std::optional(Normalisation{own->mean, own->standard_deviation}) : std::nullopt);
  check_vocabulary(features_in(arguments.from_export), arguments.from_export.string(), dataset);
  check_fits(chip.architecture, arguments.from_export.string(), dataset);
  if (!arguments.architecture.empty() &&
      find_architecture(arguments.architecture, dataset, reader).architecture.declarations() !=
          chip.architecture.declarations())
    throw ConfigError(fmt::format("{}: expected the export of {}, got that of another network ({})",
                                  arguments.from_export.string(), arguments.architecture,
                                  chip.architecture.name()));
  config.hardware = chip.hardware;
  config.mapping.row_split = chip.hardware.row_split;
  if (config.post_training.changes_parameters())
    throw ConfigError(
        "post_training: expected input_range = false and column_range = false with --from-export, whose "
        "folder fixes both");
  return {
      chip.architecture,
      rescore(chip.architecture, chip.parameters, {dataset.train, dataset.test}, config.evaluation(), key),
      dataset.features};
}

Judged judge(const EvaluateArguments& arguments, const NetworkReader& reader, EvaluationRun& loaded) {
  const auto key = RandomKey(loaded.seed).with("evaluate");
  auto& config = loaded.tables;
  if (!arguments.from_export.empty()) return score_export(arguments, reader, config, key);
  const auto found = load_network_and_data(arguments.architecture, config.task, reader, config.training.from);
  const auto& [network, dataset, start] = found;
  for (const auto& note : network.notes) log_line("note: " + note);
  if (start)
    if (const auto warning = kept_norms_warning(network.architecture, *start, config.training);
        !warning.empty())
      log_line("warning: " + warning);
  if (network.parameters && !start)
    return {network.architecture,
            rescore(network.architecture, *network.parameters, {dataset.train, dataset.test},
                    config.evaluation(), key),
            dataset.features};
  return train_and_score({found, arguments.run.out, config_text(loaded)}, config.evaluation(), key);
}

/// `mho evaluate CONFIG --from-export DIR` names no architecture: the one positional argument is then CONFIG.
void sort_positionals(EvaluateArguments& arguments) {
  if (!arguments.run.config.empty()) return;
  if (arguments.from_export.empty() && is_folder(arguments.architecture)) {
    arguments.run.config = own_config(arguments.architecture);
    return;
  }
  if (arguments.from_export.empty())
    throw InputError("evaluate: expected ARCH CONFIG, got only '" + arguments.architecture + "'");
  arguments.run.config = std::exchange(arguments.architecture, "");
}

/// Before the training, not after it. Throws InputError, RunError.
void open_out_folder(const EvaluateArguments& arguments) {
  const auto& folder = arguments.run.out;
  if (folder.empty()) return;
  make_folder(folder);
  if (access(folder.c_str(), W_OK) != 0)
    throw RunError(folder.string() + ": expected a folder that can be written to, found one that cannot");
  refuse_overwrite(folder,
                   {"architecture.json", "weights.safetensors", "score.json", "features.json", "config.toml"},
                   arguments.force);
}

int run(EvaluateArguments& arguments, const HostExtensions& extensions) {
  sort_positionals(arguments);
  auto loaded = load_evaluation(arguments.run);
  open_out_folder(arguments);
  const auto [architecture, evaluation, features] = judge(arguments, extensions.read_network, loaded);
  for (const auto& note : evaluation.notes) log_line("note: " + note);
  if (!arguments.run.out.empty()) {
    save_candidate(arguments.run.out, architecture, evaluation, loaded.seed, features);
    write_file_atomically(arguments.run.out / "config.toml", config_text(loaded));
  }
  const auto title =
      fmt::format("{}, {} parameters\n", architecture.name(), format_count(architecture.parameters()));
  print(arguments.run.json ? score_json(architecture, evaluation, loaded.seed)
                           : title + score_table(evaluation));
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  auto* command =
      app.add_subcommand("evaluate", "Train and score one architecture, or score trained weights");
  command
      ->add_option(
          "ARCH", arguments->architecture,
          "Built-in name, architecture JSON, ONNX file or winner folder (both scored with their weights, not "
          "retrained); may be left out with --from-export")
      ->required();
  command->add_option("CONFIG", arguments->run.config, "Run file; - for none (default: the winner's own)");
  add_run_options(*command, arguments->run);
  add_out_option(*command, arguments->run, "Folder for the network and its score (default: none is written)");
  command
      ->add_option("--from-export", arguments->from_export, "Score the network that a chip folder describes")
      ->type_name("DIR");
  add_force_option(*command, arguments->force);
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions); };
  });
}

}  // namespace mho
