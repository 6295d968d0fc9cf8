// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluators/evaluation_tables.hpp"
#include "search/search_config.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// A whole run file: what judging one network takes, and [space] [search].
struct RunConfig : EvaluationTables {
  SpaceConfig space;
  SearchConfig search;

  /// The tables and their fields, bound to this object.
  std::vector<Section> sections();
};

/// Checks what one table cannot check alone: check_evaluation_tables, the space's ranges, max_cores is at
/// most the chip's, the proposer is known, a mutation has a chance, the rungs have epochs and candidates
/// enough. Throws ConfigError (section.key: expected, got).
void check_run_config(const RunConfig& config);

/// Reads a run file ("": none, all defaults), applies the `--set` assignments in order and reads the chip
/// file; chip_selection.file and a device table's file become absolute ("" stays); [hardware] takes the row
/// split of [chip]. Throws ConfigError.
RunConfig read_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments);

/// read_run_config, then the device's own g_max where it was left open, then check_run_config. Throws
/// ConfigError.
RunConfig load_run_config(const std::filesystem::path& file, const std::vector<std::string>& assignments);

}  // namespace mho
