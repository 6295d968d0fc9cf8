// SPDX-License-Identifier: Apache-2.0
#include "search/evolution.hpp"

#include <algorithm>

#include "search/mutation.hpp"
#include "search/objective.hpp"
#include "search/screening.hpp"
#include "search/surrogate_check.hpp"

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

/// One in four.
bool is_unscreened(const ProposalRequest& request) {
  return request.trial % request.search.population % 4 == 3;
}

/// Keeping T_AVM goes first, then the larger objective; of two that break it, the smaller AVM.
Desire desire(const Prediction& prediction, const SearchConfig& search) {
  const bool keeps = prediction.avm <= search.max_avm;
  return {keeps ? 1.0 : 0.0, keeps ? predicted_objective(prediction, search) : -prediction.avm};
}

Genome screened(const ProposalRequest& request, const std::vector<const Trial*>& from) {
  Random random(request.key());
  std::vector<const Genome*> genomes;
  for (const auto* parent : from) genomes.push_back(&parent->genome);
  const auto pool = mutants(request, genomes, request.search.surrogate_pool, random);
  auto predictions = request.surrogate->predict(pool);
  std::vector<Desire> desires;
  for (auto& prediction : predictions) {
    prediction.accuracy += prediction.accuracy_uncertainty * random.normal();
    desires.push_back(desire(prediction, request.search));
  }
  return most_wanted(request, pool, desires);
}

}  // namespace

Genome propose_evolution(const ProposalRequest& request) {
  const auto from = parents(request);
  const int population = request.search.population;
  if (request.surrogate && !is_unscreened(request)) return screened(request, from);
  if (from.empty())
    return from_latin_hypercube(request, request.generation(), population, request.trial % population);
  Random random(request.key());
  const auto* parent = from[static_cast<size_t>(random.integer(0, static_cast<int>(from.size()) - 1))];
  return mutate(parent->genome, request.space, request.search, random);
}

}  // namespace mho
