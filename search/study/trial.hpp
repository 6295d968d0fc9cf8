// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/chip/mapping/mapping.hpp"
#include "evaluators/measures/zero_cost.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// What a candidate of successive halving was worth part of the way.
struct Rung {
  int epochs = 0;   ///< trained by then
  double data = 1;  ///< part of the training samples that the rung's own epochs went through
  Score score;
};

/// One genome's record in the study: a line of trials.jsonl.
struct Trial {
  int number = 0;
  Genome genome;
  std::string name = {};  ///< Space::name of the genome
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  int draws = 1;  ///< proposals drawn until one kept the hard constraints and was new
  bool failed = false;
  std::string reason;                 ///< of a failed trial, or of one that was given up
  std::vector<Rung> rungs;            ///< of successive halving, below full training; empty without
  std::optional<ZeroCost> zero_cost;  ///< with a prefilter
  std::optional<Score> score;         ///< on the validation split, fully trained
  std::optional<double> value;        ///< of an objective of the user's own; none where networks are trained
  std::optional<Cost> cost;
  double wall_s = 0;

  /// Given up by successive halving before it was fully trained: no candidate for parent, front or winner.
  bool given_up() const { return !failed && !score && !rungs.empty(); }
};

std::string to_json_line(const Trial& trial);
/// Throws DataError (`where` names file and line).
Trial read_trial(const std::string& line, const std::string& where);

}  // namespace mho
