// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "search/proposers/proposer.hpp"

namespace mho {

/// The `count` best trials in NSGA-II's order (Deb et al. 2002): front by front under constrained domination
/// of weighed_objectives, the less crowded first, equals by number. Trials that lack an objective take no
/// part.
std::vector<const Trial*> survivors(std::span<const Trial> trials, const SearchConfig& search, int count);

/// NSGA-II (Deb et al. 2002) on genomes: the first generation is a Latin hypercube; afterwards the population
/// is the best of everything scored so far, parents win binary tournaments in the survivors' order, and a
/// child is their uniform crossover (with probability 0.9, else a copy of the first) under the typed
/// mutations. With one objective it is a genetic algorithm with elitism. A generation that finds no parent is
/// a fresh Latin hypercube.
Genome propose_nsga2(const ProposalRequest& request);

}  // namespace mho
