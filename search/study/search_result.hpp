// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluators/evaluate.hpp"
#include "search/generations/prefilter.hpp"
#include "search/models/surrogate_guide.hpp"
#include "search/study/confirmation.hpp"
#include "search/study/front.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// A winner: the trial, and its own weights scored again with fresh devices on the test split.
struct Winner {
  Trial trial;
  Evaluation evaluation;
};

struct SearchResult {
  std::vector<Trial> trials = {};                ///< all, by number
  std::vector<Confirmation> confirmations = {};  ///< with search.confirm
  std::vector<Winner> winners = {};              ///< in the order of the selection, best first on validation
  bool stopped = false;                          ///< by a signal: resume continues
  std::string note = {};                         ///< e.g. that the space ran out of new genomes
  std::vector<Trial> front = {};                 ///< pareto_front
  FrontVolume volume = {};
  std::optional<SurrogateReport> surrogate = {};
  std::vector<PrefilterWorth> prefilters = {};  ///< with a prefilter: what each zero-cost measure was worth
};

}  // namespace mho
