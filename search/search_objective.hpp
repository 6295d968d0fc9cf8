// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "search/evaluator.hpp"
#include "search/extensions.hpp"

namespace mho {

struct ObjectiveSearch {
  std::vector<Trial> trials = {};
  std::string note = {};  ///< why there are fewer trials than asked for, unless they were stopped; else ""
};

/// run_search without a run folder: any proposer, with its surrogate, on what `judge` says of a genome
/// (Evaluator::judge: it fills score, cost, parameters, failed and reason). Nothing is written and there are
/// no winners; trials are judged one after the other and no genome twice. Ends early once `stop` is set (the
/// trial under way is dropped) or, with a note, when the space has no new genome. Throws ConfigError, also
/// for bounds, fidelity and prefilters, which need networks.
ObjectiveSearch search_objective(const RunConfig& config,
                                 const std::function<Trial(const Genome&, int trial)>& judge,
                                 const SearchExtensions& extensions = {},
                                 const std::atomic<bool>* stop = nullptr);

}  // namespace mho
