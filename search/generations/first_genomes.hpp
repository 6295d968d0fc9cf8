// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "search/search_config.hpp"
#include "search/spaces/space.hpp"

namespace mho {

/// The genomes of search.start_with, which are the first trials of a search whatever its proposer. Throws
/// ConfigError (search.start_with, which of them, what is wrong) for text that is no genome, for one outside
/// the space, for one that is given twice, and for more of them than trials.
std::vector<Genome> first_genomes(const SearchConfig& search, const Space& space);

}  // namespace mho
