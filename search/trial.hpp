// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/chip/mapping.hpp"
#include "evaluators/scoring.hpp"
#include "search/space.hpp"

namespace mho {

/// One genome's record in the study: a line of trials.jsonl.
struct Trial {
  int number = 0;
  Genome genome;
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  int draws = 1;  ///< proposals drawn until one kept the hard constraints and was new
  bool failed = false;
  std::string reason;          ///< of a failed trial
  std::optional<Score> score;  ///< on the validation split
  std::optional<Cost> cost;
  double wall_s = 0;
};

std::string to_json_line(const Trial& trial);
/// Throws DataError (`where` names file and line).
Trial read_trial(const std::string& line, const std::string& where);

}  // namespace mho
