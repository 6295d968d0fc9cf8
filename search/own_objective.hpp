// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "search/evaluator.hpp"

namespace mho {

/// An objective of the user's own: the score of a genome. A pure function (the trial's number keys its noise,
/// if any) that several threads may call at once; what it throws ends the search.
using Objective = std::function<Score(const Genome&, int trial)>;

/// An evaluator that asks `objective` and trains nothing: run_search(objective_config(space, search),
/// {folder}, make_evaluator(objective)). Objectives beyond accuracy_1d and avm need Evaluator::judge, which
/// can give a cost and parameters.
Evaluator make_evaluator(Objective objective);

/// A score that holds one accuracy at 1 s, 1 day and 30 days. `accuracy` may be any finite number, larger
/// being better; `avm` is in points.
Score plain_score(double accuracy, double deviation = 0, double avm = 0);

/// A run file that has only [space] and [search].
RunConfig objective_config(const SpaceConfig& space, const SearchConfig& search);

}  // namespace mho
