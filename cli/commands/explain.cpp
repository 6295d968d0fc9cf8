// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/candidate.hpp"
#include "cli/host_extensions.hpp"
#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/show/explanation_plot.hpp"
#include "cli/show/explanation_text.hpp"
#include "cli/show/score_text.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/data/dataset.hpp"

namespace mho {
namespace {

struct ExplainArguments {
  std::string network;
  RunOptions run;
  std::string split;  ///< "": validation where the set has one, else test
  std::string at = "1d";
  int images = 500;
  ExplanationSize size;
  std::filesystem::path plot;
  bool force = false;
};

std::string split_name(const ExplainArguments& arguments, const Dataset& dataset) {
  if (!arguments.split.empty()) return arguments.split;
  return dataset.validation.count() > 0 ? "validation" : "test";
}

ExplainedCase explain_case(const ExplainArguments& arguments, const HostExtensions& extensions) {
  const double time_s = parse_time(arguments.at);
  const auto loaded = load_evaluation(arguments.run);
  const auto& tables = loaded.tables;
  auto found = load_candidate_and_data(arguments.network, tables.task, extensions.read_network);
  auto& [architecture, parameters, features] = found.candidate;
  const CompiledCandidate candidate(architecture, tables.hardware);
  candidate.device().check_time(time_s);
  auto notes = found.notes;
  for (auto& note : prepare_parameters(candidate, parameters, found.dataset.train, tables.post_training))
    notes.push_back(std::move(note));
  for (const auto& note : notes) log_line("note: " + note);
  const auto split = split_name(arguments, found.dataset);
  const auto samples = take_samples(split_of(found.dataset, split), arguments.images);
  const ExplainedNetwork network{architecture,         parameters,          tables.hardware,
                                 tables.post_training, found.dataset.train, time_s};
  return {architecture.name(), split,
          explain(network, {samples, metric_of(tables.task.metric)}, arguments.size,
                  RandomKey(loaded.seed).with("explain"))};
}

int run(ExplainArguments& arguments, const HostExtensions& extensions) {
  const auto& plot = arguments.plot;
  if (!plot.empty() && plot.extension() != ".svg")
    throw InputError(fmt::format("explain: expected --plot FILE.svg, got '{}'", plot.string()));
  if (!plot.empty()) refuse_overwrite(plot.parent_path(), {plot.filename().string()}, arguments.force);
  if (arguments.run.config.empty()) arguments.run.config = own_config(arguments.network);
  const auto explained = explain_case(arguments, extensions);
  if (!plot.empty()) write_result(plot, explanation_svg(explained), arguments.force);
  print(arguments.run.json ? explanation_json(explained) : explanation_text(explained));
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& action, const HostExtensions& extensions) {
  const auto arguments = std::make_shared<ExplainArguments>();
  auto* command =
      app.add_subcommand("explain", "Say why trained weights lose accuracy on the chip, and what mends it");
  command->add_option("ARCH", arguments->network, "Winner folder or ONNX file")->required();
  command->add_option("CONFIG", arguments->run.config,
                      "Run file: its data, hardware and seed; - for none (default: the winner's own)");
  add_run_options(*command, arguments->run);
  command->add_option("--at", arguments->at, "Time after programming, e.g. 1s, 1h, 1d, 30d")
      ->type_name("TIME")
      ->capture_default_str();
  command
      ->add_option("--split", arguments->split,
                   "test, validation or train (default: validation where there is one, because what is found "
                   "chooses settings; else test)")
      ->check(CLI::IsMember({"test", "validation", "train"}));
  command->add_option("--images", arguments->images, "Of the split, spread evenly")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command
      ->add_option("--programmings", arguments->size.programmings,
                   "Chips that every question is asked on, the same each time")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--plot", arguments->plot, "Also draw effects and layers")->type_name("FILE.svg");
  add_force_option(*command, arguments->force);
  command->callback([arguments, &action, &extensions] {
    action = [arguments, &extensions] { return run(*arguments, extensions); };
  });
}

}  // namespace mho
