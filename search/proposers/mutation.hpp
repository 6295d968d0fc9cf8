// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "search/search_config.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// Changes one gene of the family, drawn uniformly among those that are there and that the space lets change,
/// as its Move says: an unordered one to any other value, an ordered one by a step. Genes that come to be there
/// with it are drawn from the space, those that do not stay leave. Returns the genome unchanged only when no
/// gene of the family can change.
Genome mutate(const Genome& genome, GeneFamily family, const Space& space, Random& random);

/// Applies every family with its probability (SearchConfig::width_mutation, ...), and one of those that can
/// change the genome, in proportion to them, when chance left all out. In a space without typed genes all are
/// of one family: one gene changes.
Genome mutate(const Genome& genome, const Space& space, const SearchConfig& search, Random& random);

/// The same with the wanted family where it can change the genome, else with another that can.
Genome mutate_some(const Genome& genome, GeneFamily wanted, const Space& space, Random& random);

}  // namespace mho
