// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/show/pattern_plot.hpp"
#include "cli/show/spiking_text.hpp"
#include "cli/stop_signal.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/parallel.hpp"

namespace mho {
namespace {

struct SpikingArguments {
  std::filesystem::path config, out;
  std::vector<std::string> assignments;
  std::optional<std::uint64_t> seed;
  int threads = 0;
  bool json = false, force = false;
};

SpikingConfig read_spiking(const SpikingArguments& arguments) {
  SpikingConfig config;
  if (!arguments.config.empty() && arguments.config != "-") read_config(arguments.config, config.sections());
  for (const auto& assignment : arguments.assignments) set_config(assignment, config.sections());
  if (arguments.seed) config.seed = *arguments.seed;
  auto& devices = config.device_parameters;
  for (std::string* table : {&devices.table.file, &devices.pulse_table.file})
    if (!table->empty()) *table = std::filesystem::absolute(arguments.config.parent_path() / *table).string();
  check_spiking(config);
  return config;
}

void check_out(const SpikingArguments& arguments, const SpikingConfig& config) {
  const auto& out = arguments.out;
  if (out.empty()) return;
  if (config.task != SpikingTask::pattern)
    throw InputError("spiking --out: expected spiking.task = pattern, whose curve it writes, got " +
                     word_of(config.task));
  if (out.extension() != ".csv" && out.extension() != ".svg")
    throw InputError(fmt::format("spiking --out: expected FILE.csv or FILE.svg, got '{}'", out.string()));
  refuse_overwrite(out.parent_path(), {out.filename().string()}, arguments.force);
}

/// Calls train(epoch_done) with a progress line; epoch_done says false after a signal.
template <class Train>
auto watch(int epochs, const char* what, const Train& train) {
  const StopSignal stop;
  Progress progress;
  return train([&](int done, double value) {
    progress.update(fmt::format("epoch {}/{}, {} {:#.4g}, {} to go", done, epochs, what, value,
                                progress.estimate(done, epochs - done)),
                    "", static_cast<double>(done) / epochs);
    return !stop.flag();
  });
}

/// Neurons' steps a second since `start`.
SpikingPace pace_of(std::chrono::steady_clock::time_point start, double state_steps) {
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {wall_s, state_steps / wall_s};
}

/// The exit code.
int end(bool stopped, std::size_t done, int epochs) {
  if (stopped)
    log_always(
        fmt::format("stopped by a signal after epoch {} of {}; what is shown is of those", done, epochs));
  return stopped ? 1 : 0;
}

int learn_pattern(const SpikingArguments& arguments, const SpikingConfig& config) {
  const auto start = std::chrono::steady_clock::now();
  const auto result =
      watch(config.epochs, "mean squared error", [&](const auto& done) { return run_pattern(config, done); });
  const auto pace =
      pace_of(start, static_cast<double>(result.errors.size() + 1) * config.steps * config.lif.neurons);
  const auto& out = arguments.out;
  if (!out.empty())
    write_result(out,
                 out.extension() == ".csv"
                     ? pattern_csv(config, result)
                     : pattern_svg({word_of(config.scheme), config.lif.step_s, result.target, result.output}),
                 arguments.force);
  print(arguments.json ? pattern_json(config, result, pace) : pattern_text(config, result, pace));
  return end(result.stopped, result.errors.size(), config.epochs);
}

int learn_classes(const SpikingArguments& arguments, const SpikingConfig& config) {
  const auto data = load_dataset(config.data);
  const auto start = std::chrono::steady_clock::now();
  const auto result =
      watch(config.epochs, "loss", [&](const auto& done) { return run_spiking_classes(config, data, done); });
  const auto pace = pace_of(start, static_cast<double>(result.state_steps));
  print(arguments.json ? spiking_classes_json(config, result, pace)
                       : spiking_classes_text(config, result, pace));
  return end(result.stopped, result.losses.size(), config.epochs);
}

int run(const SpikingArguments& arguments) {
  set_thread_count(arguments.threads);
  const auto config = read_spiking(arguments);
  check_out(arguments, config);
  return config.task == SpikingTask::pattern ? learn_pattern(arguments, config)
                                             : learn_classes(arguments, config);
}

}  // namespace

void add_spiking(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<SpikingArguments>();
  auto* command =
      app.add_subcommand("spiking", "Train a spiking network by e-prop, on numbers or on devices");
  command->add_option("CONFIG", arguments->config,
                      "File with the tables [spiking], [task], [device]; - for none (default: presets)");
  command
      ->add_option("--set", arguments->assignments,
                   "Set configuration values: --set spiking.scheme=sign device.drift_scale=0 (repeatable)")
      ->type_name("TABLE.KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--seed", arguments->seed, "Seed of every random number; replaces spiking.seed")
      ->type_name("N");
  command
      ->add_option("--threads", arguments->threads, "Threads; 0 for all cores. Results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  command->add_flag("--json", arguments->json, "Print one JSON document instead of text");
  command->add_option("--out", arguments->out, "pattern: write output and target here")
      ->type_name("FILE.csv|FILE.svg");
  add_force_option(*command, arguments->force);
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace mho
