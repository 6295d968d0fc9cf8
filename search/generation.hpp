// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/evaluator.hpp"
#include "search/proposer.hpp"
#include "search/run_folder.hpp"
#include "search/run_search.hpp"
#include "search/surrogate_guide.hpp"
#include "search/trial_store.hpp"

namespace mho {

/// What every step of a search needs.
struct Study {
  const RunConfig& config;
  const SearchOptions& options;
  const Evaluator& evaluator;
  RunFolder folder;
  Space space;
  Proposer propose;
  const SurrogateGuide& guide;

  bool stopped() const { return options.stop && options.stop->load(); }
};

/// A genome that is worth training.
struct Proposal {
  int trial = 0;
  Genome genome;
  std::optional<Architecture> architecture;  ///< none where the evaluator judges genomes themselves
  int draws = 1;
};

struct Generation {
  std::vector<Proposal> proposals;
  std::string note;  ///< why there will be no further generation; "" when there is none
};

/// Draws the genomes of the trials [first, first + population) and refuses, untrained, those that break a
/// hard constraint and those that are in `history` (all trials below `first`) or in the generation already.
/// Ends early, with a note, when a trial's draws are used up. Throws ConfigError, with how many draws which
/// constraint refused, when the first generation finds nothing at all.
Generation propose_generation(const Study& study, int first, const std::vector<Trial>& history);

/// Trains and scores, side by side, the proposals that `store` does not hold and lets this worker claim;
/// saves each one's weights, then records it, as it ends; waits for those that other workers train. Once the
/// run is stopped nothing new starts, and what was cut off is not recorded. Throws DataError when the store
/// holds another genome for a trial, RunError when a file cannot be written.
void train_generation(const Study& study, const Generation& generation, TrialStore& store);

}  // namespace mho
