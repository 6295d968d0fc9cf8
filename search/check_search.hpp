// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/study/study.hpp"

namespace mho {

/// Throws ConfigError for what the evaluator or the storage cannot do: fidelity and prefilter need what not
/// every evaluator has; an objective of one's own has no network to bound; networks need cells that the chip
/// has, as winners are exported; a study's name needs a storage; workers do not share successive halving,
/// which would have to wait for one another's candidates at every rung; what is resumed, shared or trained in
/// rungs needs a folder.
void check_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator);

}  // namespace mho
