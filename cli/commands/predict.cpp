// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/candidate.hpp"
#include "cli/host_extensions.hpp"
#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/show/score_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/files/paths.hpp"
#include "core/base/quantity.hpp"
#include "evaluators/scoring/prediction.hpp"

namespace mho {
namespace {

struct PredictArguments {
  std::string network;
  RunOptions run;
  std::string split = "test";
  std::string at;
  bool force = false;
};

std::int64_t count_right(const std::vector<float>& logits, const Samples& samples, size_t classes) {
  std::int64_t right = 0;
  const auto answers = static_cast<size_t>(samples.count() * samples.answers_each());
  for (size_t i = 0; i < answers; ++i) {
    const auto first = logits.begin() + static_cast<std::ptrdiff_t>(i * classes);
    right +=
        std::max_element(first, first + static_cast<std::ptrdiff_t>(classes)) - first == samples.answers()[i];
  }
  return right;
}

/// Of the logits: images x classes, or images x steps x classes.
std::vector<std::int64_t> shape_of(const Architecture& architecture, const Samples& samples) {
  if (architecture.output_steps() == 1) return {samples.count(), architecture.classes()};
  return {samples.count(), architecture.output_steps(), architecture.classes()};
}

/// Where it is asked for: the weights are made fit for the hardware, and one chip is programmed.
std::vector<float> logits_of(const PredictArguments& arguments, const EvaluationRun& loaded,
                             const CandidateAndData& found, const Samples& samples) {
  const auto key = RandomKey(loaded.seed).with("predict");
  const auto& tables = loaded.tables;
  const CompiledCandidate candidate(found.candidate.architecture, tables.hardware);
  auto parameters = found.candidate.parameters;
  if (arguments.at.empty()) return predict(candidate, parameters, samples, std::nullopt, key);
  const double time_s = parse_time(arguments.at);
  candidate.device().check_time(time_s);
  for (const auto& note :
       prepare_parameters(candidate, parameters, found.dataset.train, tables.post_training))
    log_line("note: " + note);
  const PredictionChip chip{time_s, tables.post_training, found.dataset.train,
                            tables.scoring.arithmetic == Arithmetic::bfloat16};
  return predict(candidate, parameters, samples, chip, key);
}

std::string report(const PredictArguments& arguments, const CandidateAndData& found, const Samples& samples,
                   double accuracy) {
  const auto& architecture = found.candidate.architecture;
  const auto file = arguments.run.out.string();
  const bool digital = arguments.at.empty();
  if (!arguments.run.json)
    return fmt::format(
        "{}: logits of {}, {} {}{} classes, {}: {:.2f} % right\n", file, architecture.name(),
        format_count(samples.count()),
        architecture.output_steps() == 1 ? std::string("images x ")
                                         : fmt::format("windows x {} steps x ", architecture.output_steps()),
        architecture.classes(), digital ? "digital" : "one chip after " + time_name(parse_time(arguments.at)),
        100 * accuracy);
  nlohmann::ordered_json json = {{"file", file},
                                 {"network", architecture.name()},
                                 {"split", arguments.split},
                                 {"shape", shape_of(architecture, samples)},
                                 {"accuracy", accuracy}};
  if (!digital) json["at_s"] = parse_time(arguments.at);
  return json.dump(2) + "\n";
}

int run(PredictArguments& arguments, const HostExtensions& extensions) {
  const auto& out = arguments.run.out;
  if (out.empty() || out.extension() != ".npy")
    throw InputError(fmt::format("predict: expected --out FILE.npy, got '{}'", out.string()));
  if (!arguments.at.empty()) parse_time(arguments.at);
  refuse_overwrite(out.parent_path(), {out.filename().string()}, arguments.force);
  if (arguments.run.config.empty()) arguments.run.config = own_config(arguments.network);
  const auto loaded = load_evaluation(arguments.run);
  const auto found = load_candidate_and_data(arguments.network, loaded.tables.task, extensions.read_network);
  for (const auto& note : found.notes) log_line("note: " + note);
  const auto& samples = split_of(found.dataset, arguments.split);
  const auto logits = logits_of(arguments, loaded, found, samples);
  const auto classes = found.candidate.architecture.classes();
  make_folder(std::filesystem::absolute(out).parent_path());
  write_npy(out, NpyArray::from(logits, shape_of(found.candidate.architecture, samples)));
  const auto right = count_right(logits, samples, static_cast<size_t>(classes));
  print(report(arguments, found, samples,
               static_cast<double>(right) / static_cast<double>(samples.count() * samples.answers_each())));
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<PredictArguments>();
  auto* command =
      app.add_subcommand("predict", "Write the logits of trained weights, in digital or on one chip");
  command->add_option("ARCH", arguments->network, "Winner folder or ONNX file")->required();
  command->add_option("CONFIG", arguments->run.config,
                      "Run file: its data, hardware and seed; - for none (default: the winner's own)");
  add_run_options(*command, arguments->run);
  command->add_option("--out", arguments->run.out, "File for the logits, images x classes, float32")
      ->type_name("FILE.npy")
      ->required();
  command->add_option("--at", arguments->at, "Time after programming one chip, e.g. 1d (default: in digital)")
      ->type_name("TIME");
  command->add_option("--split", arguments->split, "test, validation or train")
      ->check(CLI::IsMember({"test", "validation", "train"}));
  add_force_option(*command, arguments->force);
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions); };
  });
}

}  // namespace mho
