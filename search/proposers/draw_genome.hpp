// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "search/proposers/proposer.hpp"

namespace mho {

/// Why a genome is not one to train.
enum class Refusal { known, parameters, macs, cores };

/// Empty for a genome that can be trained.
using Refuse = std::function<std::optional<Refusal>(const Genome&)>;

/// What became of the draws for one trial.
struct Draws {
  int known = 0;
  int by_parameters = 0;
  int by_macs = 0;
  int by_cores = 0;
  bool whole_space = false;  ///< the counts are of every genome of the space: nothing is left in it
};

struct DrawnGenome {
  Genome genome;
  int draws = 1;  ///< of the trial so far, this one included
};

/// A genome for request.trial that is not refused: of the proposer's draws from request.draw on; where they
/// bring none, and soon where they bring only what is known, of max_draws draws uniform over the space; where
/// these bring none either, any that is left in a space of at most 20,000 genomes. A pure function of its
/// arguments. Adds what was refused to `draws`. Empty when the space has none left (draws.whole_space), or
/// too large a space has too few to find one.
std::optional<DrawnGenome> draw_genome(const Proposer& propose, const ProposalRequest& request,
                                       const Refuse& refuse, Draws& draws);

/// "12 refused by parameters, 0 by multiply-accumulates, 3 by cores".
std::string refused_by(const Draws& draws);

/// Why no genome was found for `trial`, for the run's note.
std::string exhausted_note(const SearchConfig& search, int trial, const Draws& draws);

}  // namespace mho
