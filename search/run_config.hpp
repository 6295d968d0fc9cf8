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

/// A whole run file: [task] [space] [search] [training] [hardware] [post_training] [scoring] [chip].
struct RunConfig {
  TaskConfig task;
  SpaceConfig space;
  SearchConfig search;
  TrainingConfig training;
  HardwareConfig hardware;
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
/// scoring times hold 1 s, 1 day and 30 days, max_cores is at most the chip's, the proposer is known, a
/// mutation has a chance. Throws ConfigError (section.key: expected, got).
void check_run_config(const RunConfig& config);

/// Reads a run file, applies the `--set` assignments in order, reads the chip file (chip_selection.file is
/// its absolute path from then on, or "" for the built-in) and checks the whole with check_run_config. Throws
/// ConfigError.
RunConfig load_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments);

}  // namespace mho
