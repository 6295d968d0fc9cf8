// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/config_file.hpp"
#include "evaluators/evaluate.hpp"

namespace mho {

/// The [chip] table of a run file.
struct ChipSelection {
  std::string file = "";  ///< a chip file, relative to the run file; "" is the built-in hermes64

  void fields(FieldVisitor& visitor);
};

/// The tables of a run file that judging one network takes: [task] [training] [hardware] [post_training]
/// [scoring] [chip] [device] [device.NAME].
struct EvaluationTables {
  TaskConfig task;
  TrainingConfig training;
  HardwareConfig hardware = {.g_max_us = 0};  ///< the device's own until resolve_g_max
  PostTrainingConfig post_training;
  ScoringConfig scoring;
  ChipSelection chip_selection;
  MappingConfig mapping;  ///< the [chip] table's other keys
  ChipConfig chip;        ///< as read from chip_selection.file

  /// The tables and their fields, bound to this object. `further` ones, of whoever reads the file for more,
  /// come after [task].
  std::vector<Section> sections(std::vector<Section> further = {});
  EvaluationConfig evaluation() const {
    return {task, training, hardware, post_training, scoring, chip, mapping};
  }
};

/// Checks what one table cannot check alone: crossbar sizes of [hardware] and chip agree, the mapping is one
/// that scores cover and the chip one whose targets can be written, the regime can train on the hardware, the
/// device can be made and knows the scoring times, these hold 1 s, 1 day and 30 days. Throws ConfigError
/// (section.key: expected, got).
void check_evaluation_tables(const EvaluationTables& tables);

}  // namespace mho
