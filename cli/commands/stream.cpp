// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>

#include "cli/candidate.hpp"
#include "cli/host_extensions.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/show/streaming_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/data/normalisation.hpp"
#include "core/data/recipe.hpp"
#include "core/data/sources/recording.hpp"
#include "evaluators/scoring/prediction.hpp"

namespace mho {
namespace {

struct StreamArguments {
  std::string network, recording, events;
  RunOptions run;
  double hop_s = 0.1;
  std::vector<double> thresholds{0.5, 0.8, 0.95};
  std::vector<std::string> background;
  DetectionConfig detection;
};

/// One a class: whether it is among those that are never detected.
std::vector<bool> background_of(const StreamArguments& arguments, const Dataset& dataset) {
  const auto& names = dataset.class_names;
  std::vector<bool> background(static_cast<size_t>(dataset.outputs));
  for (const auto& word : arguments.background) {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end())
      throw InputError(fmt::format("--background: expected one of {}, got '{}'{}", join(names), word,
                                   did_you_mean(word, names)));
    background[static_cast<size_t>(found - names.begin())] = true;
  }
  return background;
}

StreamingTask task_of(const StreamArguments& arguments, const CandidateAndData& found) {
  if (found.dataset.class_names.size() != static_cast<size_t>(found.dataset.outputs))
    throw ConfigError(
        fmt::format("{}: expected a network that tells classes of sounds apart, got one of {} "
                    "outputs for {} classes",
                    arguments.network, found.dataset.outputs, found.dataset.class_names.size()));
  const auto& own = found.candidate.features;
  const auto features = read_audio_features(own.empty() ? found.dataset.features : own, arguments.network);
  auto recording = read_recording(arguments.recording, features, arguments.hop_s);
  auto events = read_sound_events(arguments.events, found.dataset.class_names, found.dataset.outputs,
                                  recording.seconds);
  if (events.empty()) throw InputError(arguments.events + ": expected at least one event, got none");
  Indices all(recording.ends_s.size());
  std::iota(all.begin(), all.end(), 0);
  const auto& preprocessing = found.candidate.architecture.preprocessing();
  return {normalise(recording.windows, all, {preprocessing->mean, preprocessing->standard_deviation}),
          std::move(recording.ends_s),
          recording.seconds,
          std::move(events),
          background_of(arguments, found.dataset),
          arguments.thresholds,
          arguments.detection};
}

int run(StreamArguments& arguments, const HostExtensions& extensions) {
  if (arguments.run.config.empty()) arguments.run.config = own_config(arguments.network);
  const auto loaded = load_evaluation(arguments.run);
  const auto& tables = loaded.tables;
  const auto found = load_candidate_and_data(arguments.network, tables.task, extensions.read_network);
  for (const auto& note : found.notes) log_line("note: " + note);
  const auto task = task_of(arguments, found);
  const CompiledCandidate candidate(found.candidate.architecture, tables.hardware);
  auto parameters = found.candidate.parameters;
  for (const auto& note :
       prepare_parameters(candidate, parameters, found.dataset.train, tables.post_training))
    log_line("note: " + note);
  const StreamingChips chips{tables.scoring, tables.post_training, found.dataset.train};
  const StreamingResult result{
      arguments.recording,
      found.candidate.architecture.name(),
      arguments.hop_s,
      arguments.background,
      task,
      score_streaming(candidate, parameters, task, chips, RandomKey(loaded.seed).with("stream"))};
  print(arguments.run.json ? streaming_json(result) : streaming_text(result));
  return 0;
}

}  // namespace

void add_stream(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<StreamArguments>();
  auto* command = app.add_subcommand(
      "stream", "Count missed events and false accepts an hour in a long recording, after drift");
  command->add_option("ARCH", arguments->network, "Winner folder or ONNX file")->required();
  command->add_option("RECORDING", arguments->recording, "WAV, FLAC or OGG file")->required();
  command->add_option("EVENTS", arguments->events, "CSV file of what is to be heard: begin_s, end_s, label")
      ->required();
  command->add_option("CONFIG", arguments->run.config,
                      "Run file: its data, hardware and seed; - for none (default: the winner's own)");
  add_run_options(*command, arguments->run);
  command->add_option("--hop", arguments->hop_s, "From one window's beginning to the next one's")
      ->type_name("SECONDS")
      ->check(CLI::Range(1e-4, 3600.0))
      ->capture_default_str();
  command->add_option("--threshold", arguments->thresholds, "Averaged probabilities that are a detection")
      ->type_name("P")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--background", arguments->background, "Classes that are never detected")
      ->type_name("CLASS");
  command->add_option("--smooth", arguments->detection.smoothing, "Windows whose probabilities are averaged")
      ->type_name("N")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--hold", arguments->detection.hold_s,
                   "After a detection, no other of its class for so long")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command
      ->add_option("--tolerance", arguments->detection.tolerance_s,
                   "A detection tells of an event until so long after its end")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions); };
  });
}

}  // namespace mho
