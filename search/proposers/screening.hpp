// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/proposers/proposer.hpp"

namespace mho {

/// How much a genome is wanted: by `worth`, and where that is equal by `tie`.
struct Desire {
  double worth = 0;
  double tie = 0;
};

/// The most wanted genome that the request accepts and that is not pending; the most wanted of all when it
/// accepts none (it will then be refused, and a further draw looks elsewhere). Equals: the first.
Genome most_wanted(const ProposalRequest& request, const std::vector<Genome>& genomes,
                   const std::vector<Desire>& desires);

/// The places of `desires` from the most wanted on.
std::vector<size_t> by_desire(const std::vector<Desire>& desires);

/// `count` genomes: mutants of `parents`, each drawn uniformly; uniform over the space when there is none.
std::vector<Genome> mutants(const ProposalRequest& request, const std::vector<Genome>& parents, int count,
                            Random& random);

}  // namespace mho
