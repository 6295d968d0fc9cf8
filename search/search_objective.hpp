// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "evaluators/evaluate.hpp"
#include "search/extensions.hpp"

namespace mho {

/// A user's own objective: what it says of a genome, as a score at one day (and an AVM, a cost, a number of
/// parameters where the proposer looks at them). It need not be a network's.
struct ObjectiveValue {
  Score score = {};
  Cost cost = {};
  std::int64_t parameters = 0;
  bool failed = false;
  std::string reason = {};
};
using Objective = std::function<ObjectiveValue(const Genome&, int trial)>;

/// A score that is `value` at every time that selection looks at.
Score constant_score(double value, double deviation = 0, double avm = 0);

/// run_search without networks: any proposer on an objective of the user's own. No constraint refuses a
/// genome, nothing is written and there are no winners; trials are evaluated one after the other and no
/// genome twice. Ends early once `stop` is set or the space has no new genome. Throws ConfigError.
std::vector<Trial> search_objective(const RunConfig& config, const Objective& objective,
                                    const SearchExtensions& extensions = {},
                                    const std::atomic<bool>* stop = nullptr);

}  // namespace mho
