// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "search/search_config.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// The typed mutations of AnalogNAS (Benmeziane et al. 2023, Algorithm 1).
enum class GeneFamily {
  width,  ///< WF of one main block, OC0, or one branch more or fewer
  depth,  ///< one main block more or fewer (at the end), R or CT of one main block
  other,  ///< KS0
};

/// Changes one gene of the family, drawn uniformly among those that the space lets change. Returns the genome
/// unchanged only when no gene of the family can.
Genome mutate(Genome genome, GeneFamily family, const Space& space, Random& random);

/// Applies every family with its probability (SearchConfig::width_mutation, ...), and one of those that can
/// change the genome, in proportion to them, when chance left all out.
Genome mutate(const Genome& genome, const Space& space, const SearchConfig& search, Random& random);

}  // namespace mho
