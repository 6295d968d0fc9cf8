// SPDX-License-Identifier: Apache-2.0
#include "evaluators/evaluation_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/analog/devices/device_model.hpp"
#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "core/data/metric.hpp"
#include "evaluators/training/weight_store.hpp"

namespace mho {
namespace {

void check_crossbars(const EvaluationTables& tables) {
  const auto& hardware = tables.hardware;
  const auto& chip = tables.chip;
  if (hardware.crossbar_rows != chip.crossbar_rows || hardware.crossbar_columns != chip.crossbar_columns)
    throw ConfigError(
        fmt::format("hardware.crossbar_rows x hardware.crossbar_columns: expected {} x {} as chip '{}' has "
                    "them, got {} x {}",
                    chip.crossbar_rows, chip.crossbar_columns, chip.name, hardware.crossbar_rows,
                    hardware.crossbar_columns));
}

/// Scores are made with what is exported: what no score covers ends here, and not after the training.
void check_mapping(const MappingConfig& mapping, const ChipConfig& chip) {
  if (mapping.depthwise != DepthwisePlace::digital)
    throw ConfigError(fmt::format(
        "chip.depthwise: expected \"digital\", as grouped convolutions are trained, scored and exported, "
        "got \"{}\", which only 'mho map' knows",
        word_of(mapping.depthwise)));
  check_targets_fit(chip);
}

void check_hardware(const EvaluationTables& tables) {
  tables.hardware.check();
  check_start(tables.training);
  check_arithmetic(tables.training);
  const auto& regime = regime_of(tables.training.regime);
  regime.check(tables.training, tables.hardware);
  if (tables.scoring.from == ScoringStart::trained && !regime.on_chip)
    throw ConfigError(fmt::format(
        "scoring.from = trained: expected a training.regime whose weights live on devices, got {}",
        regime.name));
  if (tables.scoring.from == ScoringStart::trained && tables.post_training.changes_parameters())
    throw ConfigError(
        "post_training: expected input_range = false and column_range = false with scoring.from = trained, "
        "whose devices are not programmed again");
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
  std::vector<double> needed{one_second_s, one_day_s};
  if (model->valid_times_s().empty()) needed.push_back(one_month_s);
  for (const double time_s : needed)
    if (std::find(times.begin(), times.end(), time_s) == times.end())
      throw ConfigError(fmt::format(
          "scoring.times_s: expected {} (1 s, 1 day, 30 days where the device is known then) among them, "
          "because selection and AVM use them, got {}",
          needed, times));
}

}  // namespace

void ChipSelection::fields(FieldVisitor& visitor) {
  visitor.field("file", &file, anything(),
                "a chip file, relative to this file; \"\" is the built-in hermes64");
}

std::vector<Section> EvaluationTables::sections(std::vector<Section> further) {
  std::vector<Section> all = {
      {"task", "Which data, and how they are split.", [this](FieldVisitor& v) { task.fields(v); }},
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
  all.insert(all.begin() + 1, further.begin(), further.end());
  for (auto& section : device_sections(hardware.device_parameters)) all.push_back(std::move(section));
  return all;
}

void check_evaluation_tables(const EvaluationTables& tables) {
  check_crossbars(tables);
  check_mapping(tables.mapping, tables.chip);
  check_hardware(tables);
  check_target(tables.task);
  check_loss(tables.task.target, tables.training);
  check_times(tables.hardware, tables.scoring.times_s);
}

}  // namespace mho
