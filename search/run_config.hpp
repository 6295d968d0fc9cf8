// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/config_file.hpp"
#include "evaluators/evaluate.hpp"
#include "search/search_config.hpp"
#include "search/space.hpp"

namespace mho {

/// The [chip] table of a run file.
struct ChipSelection {
  std::string file = "";  ///< a chip file, relative to the run file; "" is the built-in hermes64

  void fields(FieldVisitor& visitor);
};

/// A whole run file: [task] [space] [search] [training] [hardware] [post_training] [scoring] [chip] [device]
/// [device.NAME].
struct RunConfig {
  TaskConfig task;
  SpaceConfig space;
  SearchConfig search;
  TrainingConfig training;
  HardwareConfig hardware = {.g_max_us = 0};  ///< the device's own until load_run_config resolves it
  PostTrainingConfig post_training;
  ScoringConfig scoring;
  ChipSelection chip_selection;
  MappingConfig mapping;  ///< the [chip] table's other keys
  ChipConfig chip;        ///< as read from chip_selection.file

  /// The tables and their fields, bound to this object.
  std::vector<Section> sections();
  EvaluationConfig evaluation() const {
    return {task, training, hardware, post_training, scoring, chip, mapping};
  }
};

/// Checks what one table cannot check alone: the space's ranges, crossbar sizes of [hardware] and chip agree,
/// the mapping is one that scores cover and the chip one whose targets can be written, the device can be made
/// and knows the scoring times, these hold 1 s, 1 day and 30 days, max_cores is at most the chip's, the
/// proposer is known, a mutation has a chance. Throws ConfigError (section.key: expected, got).
void check_run_config(const RunConfig& config);

/// Reads a run file ("": none, all defaults), applies the `--set` assignments in order and reads the chip
/// file; chip_selection.file and a device table's file become absolute ("" stays); [hardware] takes the row
/// split of [chip]. Throws ConfigError.
RunConfig read_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments);

/// read_run_config, then the device's own g_max where it was left open, then check_run_config. Throws
/// ConfigError.
RunConfig load_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments);

}  // namespace mho
