// SPDX-License-Identifier: Apache-2.0
#include "search/evolution.hpp"

#include <algorithm>

#include "search/mutation.hpp"
#include "search/objective.hpp"

namespace mho {
namespace {

/// Trials in the history keep the hard constraints: others are refused before they become one.
std::vector<const Trial*> parents(const ProposalRequest& request) {
  auto pool = ranking(request.history, request.search);
  std::erase_if(pool, [&](const Trial* trial) { return !keeps_avm(*trial->score, request.search); });
  const auto half_population = (static_cast<size_t>(request.search.population) + 1) / 2;
  pool.resize(std::min((pool.size() + 1) / 2, half_population));
  return pool;
}

}  // namespace

Genome propose_evolution(const ProposalRequest& request) {
  const auto from = parents(request);
  const int population = request.search.population;
  if (from.empty())
    return from_latin_hypercube(request, request.generation(), population, request.trial % population);
  Random random(request.key());
  const auto* parent = from[static_cast<size_t>(random.integer(0, static_cast<int>(from.size()) - 1))];
  return mutate(parent->genome, request.space, request.search, random);
}

}  // namespace mho
