// SPDX-License-Identifier: Apache-2.0
#include "search/run_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/analog/devices/device_model.hpp"
#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "evaluators/training/weight_store.hpp"
#include "search/fidelity.hpp"
#include "search/proposer.hpp"

namespace mho {
namespace {

void check_crossbars(const RunConfig& config) {
  const auto& hardware = config.hardware;
  const auto& chip = config.chip;
  if (hardware.crossbar_rows != chip.crossbar_rows || hardware.crossbar_columns != chip.crossbar_columns)
    throw ConfigError(
        fmt::format("hardware.crossbar_rows x hardware.crossbar_columns: expected {} x {} as chip '{}' has "
                    "them, got {} x {}",
                    chip.crossbar_rows, chip.crossbar_columns, chip.name, hardware.crossbar_rows,
                    hardware.crossbar_columns));
}

/// Scores are made with what is exported: what no score covers ends here, and not after the training.
void check_mapping(const MappingConfig& mapping, const ChipConfig& chip) {
  if (mapping.depthwise != "digital")
    throw ConfigError(fmt::format(
        "chip.depthwise: expected \"digital\", as grouped convolutions are trained, scored and exported, "
        "got \"{}\", which only 'mho map' knows",
        mapping.depthwise));
  check_targets_fit(chip);
}

void check_hardware(const RunConfig& config) {
  config.hardware.check();
  regime_of(config.training.regime).check(config.training, config.hardware);
}

/// Before any training: what the device does not know would end a run hours later. A device that is not known
/// after 30 days has its AVM at the latest time that is scored.
void check_times(const HardwareConfig& hardware, const std::vector<double>& times) {
  const auto model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  for (const double time_s : times) {
    try {
      model->check_time(time_s);
    } catch (const ConfigError& error) {
      throw ConfigError(std::string("scoring.times_s: ") + error.what());
    }
  }
  std::vector<double> needed{kOneSecond, kOneDay};
  if (model->valid_times_s().empty()) needed.push_back(kOneMonth);
  for (const double time_s : needed)
    if (std::find(times.begin(), times.end(), time_s) == times.end())
      throw ConfigError(fmt::format(
          "scoring.times_s: expected {} (1 s, 1 day, 30 days where the device is known then) among them, "
          "because selection and AVM use them, got {}",
          needed, times));
}

/// A file named in a run file is relative to it.
void make_absolute(std::string& file, const std::filesystem::path& run_file) {
  if (!file.empty())
    file = std::filesystem::absolute(run_file.parent_path() / file).lexically_normal().string();
}

/// What would be ignored is refused.
void check_surrogate(const SearchConfig& search) {
  if (search.surrogate != "none" && search.proposer != "evolution")
    throw ConfigError(
        fmt::format("search.surrogate: expected \"none\" with proposer {}, because only evolution screens "
                    "with it, got \"{}\"",
                    search.proposer, search.surrogate));
  const bool learns = search.surrogate != "none" || search.proposer == "bayesian";
  if (!search.warm_start.empty() && !learns)
    throw ConfigError(
        "search.warm_start: expected [] without a surrogate or the bayesian proposer to learn from it, got "
        "folders");
}

void check_objectives(const std::vector<std::string>& objectives) {
  if (std::set<std::string>(objectives.begin(), objectives.end()).size() != objectives.size())
    throw ConfigError(fmt::format("search.objectives: expected every objective once, got {}", objectives));
}

void check_search(const SearchConfig& search, const ChipConfig& chip) {
  check_proposer_name(search.proposer);
  check_surrogate(search);
  check_objectives(search.objectives);
  if (search.max_cores > chip.cores())
    throw ConfigError(fmt::format("search.max_cores: expected at most the {} cores of chip '{}', got {}",
                                  chip.cores(), chip.name, search.max_cores));
  if (search.width_mutation + search.depth_mutation + search.other_mutation <= 0)
    throw ConfigError(
        "search.width_mutation, depth_mutation, other_mutation: expected one above 0, got 0, 0, 0");
}

}  // namespace

void ChipSelection::fields(FieldVisitor& visitor) {
  visitor.field("file", &file, anything(),
                "a chip file, relative to this file; \"\" is the built-in hermes64");
}

std::vector<Section> RunConfig::sections() {
  std::vector<Section> all = {
      {"task", "Which data, and how they are split.", [this](FieldVisitor& v) { task.fields(v); }},
      {"space", "Ranges of the genomes that a search may propose.",
       [this](FieldVisitor& v) { space.fields(v); }},
      {"search", "How genomes are proposed, bounded and ranked.",
       [this](FieldVisitor& v) { search.fields(v); }},
      {"training", "How weights come to be.", [this](FieldVisitor& v) { training.fields(v); }},
      {"hardware", "Devices, converters and crossbars.", [this](FieldVisitor& v) { hardware.fields(v); }},
      {"post_training", "Calibrations after training, from a few training samples.",
       [this](FieldVisitor& v) { post_training.fields(v); }},
      {"scoring", "How often and when a candidate is measured.",
       [this](FieldVisitor& v) { scoring.fields(v); }},
      {"chip", "Which chip a network is mapped onto, and how.", [this](FieldVisitor& v) {
         chip_selection.fields(v);
         mapping.fields(v);
       }}};
  for (auto& section : device_sections(hardware.device_parameters)) all.push_back(std::move(section));
  return all;
}

void check_run_config(const RunConfig& config) {
  const Space space(config.space);
  check_crossbars(config);
  check_mapping(config.mapping, config.chip);
  check_hardware(config);
  check_times(config.hardware, config.scoring.times_s);
  check_search(config.search, config.chip);
  check_fidelity(config.search, config.training.epochs);
}

RunConfig read_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  RunConfig config;
  if (!file.empty()) read_config(file, config.sections());
  for (const auto& assignment : assignments) set_config(assignment, config.sections());
  make_absolute(config.chip_selection.file, file);
  make_absolute(config.hardware.device_parameters.table.file, file);
  for (auto& folder : config.search.warm_start) make_absolute(folder, file);
  if (!config.chip_selection.file.empty()) config.chip = load_chip(config.chip_selection.file);
  config.hardware.row_split = row_split_of(config.mapping.row_split);
  return config;
}

RunConfig load_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments) {
  auto config = read_run_config(file, assignments);
  try {
    resolve_g_max(config.hardware);
    check_run_config(config);
  } catch (const ConfigError& error) {
    throw ConfigError(file.string() + ": " + error.what());
  }
  return config;
}

}  // namespace mho
