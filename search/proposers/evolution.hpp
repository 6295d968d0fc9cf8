// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/proposers/proposer.hpp"

namespace mho {

/// AnalogNAS' evolution (Benmeziane et al. 2023, Algorithm 1). The first generation is a Latin hypercube.
/// Afterwards the pool is the union of everything scored so far, parents and mutants, under the hard
/// constraints and T_AVM; its top half by the objective are the parents, but never more than half a
/// population (as in the paper, where the population does not grow; without it selection fades as the history
/// grows); a child is one of them, drawn uniformly, mutated. A generation that finds no parent is a fresh
/// Latin hypercube.
///
/// With a trusted surrogate a child is the most promising of search.surrogate_pool mutants, bred in four
/// rounds from the parents and then from the best so far by predicted objective (its accuracy one deviation
/// up) under predicted AVM; one trial in four stays an unscreened mutant, so that the surrogate keeps being
/// checked on what it would not have chosen.
Genome propose_evolution(const ProposalRequest& request);

}  // namespace mho
