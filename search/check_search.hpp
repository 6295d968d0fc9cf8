// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/evaluator.hpp"
#include "search/run_config.hpp"
#include "search/run_search.hpp"

namespace mho {

/// Throws ConfigError for what the evaluator or the storage cannot do: fidelity and prefilter need functions
/// that not every evaluator has; an objective of one's own (Evaluator::judge) has no network to bound;
/// networks need cells that the chip has, as winners are exported; a study's name needs a storage; workers do
/// not share successive halving, which would have to wait for one another's candidates at every rung.
void check_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator);

}  // namespace mho
