// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/out_files.hpp"
#include "cli/output.hpp"
#include "cli/run_options.hpp"
#include "cli/show/pulse_answer.hpp"
#include "cli/subcommands.hpp"
#include "core/base/error.hpp"
#include "core/base/fields_json.hpp"
#include "core/base/files/npy.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/measures/device_statistics.hpp"
#include "evaluators/measures/mvm_error.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

struct DeviceArguments {
  std::string name;
  std::filesystem::path config, csv, weights;
  std::vector<std::string> assignments;
  std::vector<double> targets_us, times_s;
  std::uint64_t seed = 0;
  int devices = 0, programmings = 10, threads = 0;
  int pulses = 0;  ///< 0: over the range
  bool ask_pulses = false, mvm = false, json = false, force = false;
  int devices_or(int usual) const { return devices > 0 ? devices : usual; }
};

/// A device and what is asked of it.
struct Question {
  HardwareConfig hardware;
  std::unique_ptr<DeviceModel> model;
  std::vector<double> targets_us, times_s;
};

/// Eleven, evenly over the range.
std::vector<double> default_targets(ConductanceRange range) {
  std::vector<double> targets;
  for (int i = 0; i <= 10; ++i) targets.push_back(range.min_us + (range.max_us - range.min_us) * i / 10);
  targets.back() = range.max_us;
  return targets;
}

/// 1 s to a year, or the times that the device was measured at.
std::vector<double> default_times(const DeviceModel& model) {
  const auto valid = model.valid_times_s();
  return valid.empty() ? std::vector<double>{1, 60, 3600, 86400, 604800, 2592000, 31536000} : valid;
}

Question question(const DeviceArguments& arguments) {
  Question asked;
  asked.hardware = read_hardware(arguments.config, arguments.assignments);
  asked.hardware.device = arguments.name;
  resolve_g_max(asked.hardware);
  asked.model = make_device_model(arguments.name, asked.hardware.g_max_us, asked.hardware.device_parameters);
  asked.targets_us =
      arguments.targets_us.empty() ? default_targets(asked.model->range()) : arguments.targets_us;
  asked.times_s = arguments.times_s.empty() ? default_times(*asked.model) : arguments.times_s;
  return asked;
}

Json moments_json(const MeanAndDeviation& moments) {
  return {{"mean", moments.mean}, {"deviation", moments.deviation}};
}

Json header_json(const DeviceArguments& arguments, Question& asked) {
  const auto range = asked.model->range();
  Json json{{"device", arguments.name},
            {"range_us", {range.min_us, range.max_us}},
            {"seed", arguments.seed},
            {"parameters", Json::object()}};
  for (const auto& section : device_sections(asked.hardware.device_parameters, arguments.name))
    json["parameters"].update(Json::parse(fields_to_json(section)));
  return json;
}

Json target_json(const TargetStatistics& target) {
  Json json{{"target_us", target.target_us},
            {"programming_formula_us", target.programming_formula_us},
            {"programmed_us", moments_json(target.programmed_us)},
            {"drift_formula", moments_json(target.drift_formula)},
            {"drift", moments_json(target.drift)},
            {"reads", Json::array()}};
  for (const auto& read : target.reads)
    json["reads"].push_back({{"time_s", read.time_s},
                             {"formula_us", moments_json(read.formula_us)},
                             {"measured_us", moments_json(read.measured_us)},
                             {"p5_us", read.p5_us},
                             {"p50_us", read.p50_us},
                             {"p95_us", read.p95_us}});
  return json;
}

std::string statistics_csv(const std::vector<TargetStatistics>& targets) {
  std::string text =
      "target_us,programming_formula_us,programmed_mean_us,programmed_deviation_us,drift_formula_mean,"
      "drift_mean,drift_formula_deviation,drift_deviation,time_s,formula_mean_us,mean_us,"
      "formula_deviation_us,deviation_us,p5_us,p50_us,p95_us\n";
  for (const auto& t : targets)
    for (const auto& r : t.reads)
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", t.target_us,
                          t.programming_formula_us, t.programmed_us.mean, t.programmed_us.deviation,
                          t.drift_formula.mean, t.drift.mean, t.drift_formula.deviation, t.drift.deviation,
                          r.time_s, r.formula_us.mean, r.measured_us.mean, r.formula_us.deviation,
                          r.measured_us.deviation, r.p5_us, r.p50_us, r.p95_us);
  return text;
}

std::string statistics_text(const std::vector<TargetStatistics>& targets) {
  std::string text =
      "\nProgramming (µS, formula before the cut to the device's range) and drift exponent\n\n"
      "  target   deviation: formula   sample    mean: formula    sample    deviation: formula    sample\n";
  for (const auto& t : targets)
    text += fmt::format("{:>8.4g} {:>20.5f} {:>8.5f} {:>16.5f} {:>9.5f} {:>21.5f} {:>9.5f}\n", t.target_us,
                        t.programming_formula_us, t.programmed_us.deviation, t.drift_formula.mean,
                        t.drift.mean, t.drift_formula.deviation, t.drift.deviation);
  text +=
      "\nConductance (µS)\n\n"
      "  target    time (s)   mean: formula   sample   deviation: formula   sample     5 %     50 %     95 "
      "%\n";
  for (const auto& t : targets)
    for (const auto& r : t.reads)
      text +=
          fmt::format("{:>8.4g} {:>11} {:>15.4f} {:>8.4f} {:>20.4f} {:>8.4f} {:>7.4f} {:>8.4f} {:>8.4f}\n",
                      t.target_us, r.time_s, r.formula_us.mean, r.measured_us.mean, r.formula_us.deviation,
                      r.measured_us.deviation, r.p5_us, r.p50_us, r.p95_us);
  return text;
}

WeightMatrix weights_of(const DeviceArguments& arguments) {
  if (arguments.weights.empty()) return normal_weights(512, 2.5, RandomKey(arguments.seed).with("weights"));
  const auto array = read_npy(arguments.weights);
  if (array.shape.size() != 2 || array.size() == 0 || array.shape[0] > 4096 || array.shape[1] > 4096)
    throw DataError(
        fmt::format("{}: expected a matrix of at most 4096 x 4096 weights, got {} dimensions, {} "
                    "values",
                    arguments.weights.string(), array.shape.size(), array.size()));
  return {static_cast<int>(array.shape[0]), static_cast<int>(array.shape[1]), array.as_float()};
}

Json errors_json(const std::vector<MvmError>& errors) {
  auto json = Json::array();
  for (const auto& e : errors)
    json.push_back(
        {{"time_s", e.time_s}, {"raw", moments_json(e.raw)}, {"compensated", moments_json(e.compensated)}});
  return json;
}

std::string errors_csv(const std::vector<MvmError>& errors) {
  std::string text = "time_s,raw_mean,raw_deviation,compensated_mean,compensated_deviation\n";
  for (const auto& e : errors)
    text += fmt::format("{},{},{},{},{}\n", e.time_s, e.raw.mean, e.raw.deviation, e.compensated.mean,
                        e.compensated.deviation);
  return text;
}

std::string errors_text(const std::vector<MvmError>& errors) {
  std::string text =
      "\nRelative error of products, mean and deviation over programmings\n\n"
      "   time (s)   as read                compensated\n";
  for (const auto& e : errors)
    text += fmt::format("{:>11}   {:.5f} +- {:.5f}     {:.5f} +- {:.5f}\n", e.time_s, e.raw.mean,
                        e.raw.deviation, e.compensated.mean, e.compensated.deviation);
  return text;
}

/// What one kind of measurement gives in each form.
struct Answer {
  Json json;
  std::string csv, text;
};

Answer pulse_answer(const DeviceArguments& arguments, Question& asked, Json json, const std::string& title,
                    RandomKey key) {
  require_verb(arguments.name, DeviceVerb::pulse, "mho device --pulses");
  const int devices = arguments.devices_or(2000);
  const int pulses = arguments.pulses > 0 ? arguments.pulses : pulses_over_range(*asked.model);
  const auto found = measure_pulses(*asked.model, pulses, devices, key);
  const auto fit = asked.model->pulse_fit();
  json["devices"] = devices;
  json["pulses"] = pulses;
  json.update(Json::parse(pulses_json(found, fit)));
  return {json, pulses_csv(found),
          title + fmt::format("{} devices\n", devices) + pulses_text(found, fit, asked.model->range())};
}

Answer answer(const DeviceArguments& arguments, Question& asked) {
  const auto key = RandomKey(arguments.seed).with("device");
  auto json = header_json(arguments, asked);
  const auto range = asked.model->range();
  const auto title = fmt::format("{}, {:g} to {:g} µS, ", arguments.name, range.min_us, range.max_us);
  if (arguments.ask_pulses) return pulse_answer(arguments, asked, json, title, key);
  if (arguments.mvm) {
    const auto matrix = weights_of(arguments);
    const auto errors = mvm_errors(matrix, asked.hardware, asked.times_s, arguments.programmings, key);
    json.update({{"rows", matrix.rows},
                 {"columns", matrix.columns},
                 {"programmings", arguments.programmings},
                 {"errors", errors_json(errors)}});
    return {json, errors_csv(errors),
            title +
                fmt::format("{} x {} weights, {} programmings\n", matrix.rows, matrix.columns,
                            arguments.programmings) +
                errors_text(errors)};
  }
  const int devices = arguments.devices_or(100000);
  const auto targets = measure_devices(*asked.model, asked.targets_us, asked.times_s, devices, key);
  json["devices"] = devices;
  json["targets"] = Json::array();
  for (const auto& target : targets) json["targets"].push_back(target_json(target));
  return {json, statistics_csv(targets),
          title + fmt::format("{} devices a target\n", devices) + statistics_text(targets)};
}

int run(const DeviceArguments& arguments) {
  set_thread_count(arguments.threads);
  auto asked = question(arguments);
  const auto found = answer(arguments, asked);
  if (!arguments.csv.empty()) write_result(arguments.csv, found.csv, arguments.force);
  print(arguments.json ? found.json.dump(2) + "\n" : found.text);
  return 0;
}

}  // namespace

void add_device(CLI::App& app, Action& action) {
  const auto arguments = std::make_shared<DeviceArguments>();
  auto* command = app.add_subcommand("device", "Sample a memory device model and compare with its formulas");
  command->add_option("NAME", arguments->name, "Device model, as hardware.device names it")->required();
  command->add_option("CONFIG", arguments->config,
                      "Run file, for [hardware] and [device] (default: presets)");
  const auto list = [&](const char* name, auto& values, const char* help, const char* type) {
    command->add_option(name, values, help)->type_name(type)->take_all()->allow_extra_args(false);
  };
  list("--set", arguments->assignments, "Set configuration values: --set device.pcm.t_0_s=30 (repeatable)",
       "TABLE.KEY=VALUE");
  list("--target", arguments->targets_us, "Conductance target (repeatable; default: 11 over the range)",
       "µS");
  list("--time", arguments->times_s, "Seconds after programming (repeatable; default: 1 s to a year)", "S");
  command
      ->add_option("--devices", arguments->devices,
                   "Devices a target (default: 100000; with --pulses 2000 in all)")
      ->type_name("N")
      ->check(CLI::Range(2, 10000000));
  auto* pulses = command
                     ->add_option("--pulses", arguments->pulses,
                                  "Instead: N pulses up and down (0: over the range), steps, symmetry point")
                     ->type_name("[N]")
                     ->expected(0, 1)
                     ->default_str("0")
                     ->check(CLI::Range(0, 1000000));
  command
      ->add_flag("--mvm", arguments->mvm,
                 "Instead: relative error of products with 512 x 512 normal weights, no converters")
      ->excludes(pulses);
  command->add_option("--weights", arguments->weights, "With --mvm: these weights, inputs x outputs")
      ->type_name("NPY")
      ->needs("--mvm");
  command->add_option("--programmings", arguments->programmings, "With --mvm: how often they are programmed")
      ->type_name("N")
      ->check(CLI::Range(2, 10000))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "Seed of every random number")->type_name("N");
  command
      ->add_option("--threads", arguments->threads, "Threads; 0 for all cores. Results do not depend on it")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  command->add_flag("--json", arguments->json, "Print one JSON document instead of tables");
  command->add_option("--csv", arguments->csv, "Also write the figures here")->type_name("FILE");
  add_force_option(*command, arguments->force);
  command->callback([arguments, pulses, &action] {
    arguments->ask_pulses = pulses->count() > 0;
    action = [arguments] { return run(*arguments); };
  });
}

}  // namespace mho
