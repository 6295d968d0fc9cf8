// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/evolution.hpp"

#include <algorithm>

#include "search/models/surrogate_check.hpp"
#include "search/proposers/history_orders.hpp"
#include "search/proposers/mutation.hpp"
#include "search/proposers/screening.hpp"
#include "search/study/objective.hpp"

namespace mho {
namespace {

/// Trials in the history keep the hard constraints: others are refused before they become one.
std::vector<const Trial*> parents(const ProposalRequest& request) {
  const auto ranked = by_objective(request);  // those that keep T_AVM first
  const auto end = std::partition_point(ranked.begin(), ranked.end(), [&](const Trial* trial) {
    return keeps_avm(*trial->score, request.search);
  });
  const auto half = [](auto count) { return (count + 1) / 2; };
  const auto count = std::min(half(end - ranked.begin()), half(std::ptrdiff_t{request.search.population}));
  return {ranked.begin(), ranked.begin() + count};
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

/// Of every genome as the surrogate sees it, its accuracy one deviation up: what is unknown gets its chance.
std::vector<Desire> hopes(const ProposalRequest& request, const std::vector<Genome>& genomes) {
  std::vector<Desire> wanted;
  for (auto prediction : request.surrogate->predict(genomes)) {
    prediction.accuracy += prediction.accuracy_uncertainty;
    wanted.push_back(desire(prediction, request.search));
  }
  return wanted;
}

/// Algorithm 1 on the surrogate: a few rounds of mutants, each bred from the best of the pool so far.
Genome screened(const ProposalRequest& request, const std::vector<const Trial*>& from) {
  constexpr int rounds = 4;
  constexpr size_t bred_from = 20;
  Random random(request.key());
  std::vector<Genome> pool, breeders;
  std::vector<Desire> wanted;
  for (const auto* parent : from) breeders.push_back(parent->genome);
  for (int round = 0; round < rounds; ++round) {
    const auto more = mutants(request, breeders, std::max(1, request.search.surrogate_pool / rounds), random);
    const auto their = hopes(request, more);
    pool.insert(pool.end(), more.begin(), more.end());
    wanted.insert(wanted.end(), their.begin(), their.end());
    const auto order = by_desire(wanted);
    breeders.clear();
    for (size_t i = 0; i < std::min(bred_from, order.size()); ++i) breeders.push_back(pool[order[i]]);
  }
  return most_wanted(request, pool, wanted);
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
