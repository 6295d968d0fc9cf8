// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/nsga2.hpp"

#include <algorithm>
#include <numeric>

#include "search/proposers/crossover.hpp"
#include "search/proposers/domination.hpp"
#include "search/proposers/history_orders.hpp"
#include "search/proposers/mutation.hpp"
#include "search/study/objectives.hpp"

namespace mho {
namespace {

constexpr double crossover_probability = 0.9;  // Deb et al. 2002, section IV.B

/// The survivors are in order, so the earlier of two wins.
const Genome& tournament(std::span<const Trial* const> population, Random& random) {
  const int last = static_cast<int>(population.size()) - 1;
  const int first = random.integer(0, last), second = random.integer(0, last);
  return population[static_cast<size_t>(std::min(first, second))]->genome;
}

}  // namespace

std::vector<const Trial*> survivors(std::span<const Trial> trials, const SearchConfig& search, int count) {
  const auto [candidates, points] = weigh(trials, weighed_objectives(search), search);
  const auto ranks = front_ranks(points);
  const auto distances = crowding_distances(points, ranks);
  std::vector<size_t> order(points.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return ranks[a] != ranks[b] ? ranks[a] < ranks[b] : distances[a] > distances[b];
  });
  std::vector<const Trial*> best;
  for (size_t i = 0; i < std::min(order.size(), static_cast<size_t>(count)); ++i)
    best.push_back(candidates[order[i]]);
  return best;
}

Genome propose_nsga2(const ProposalRequest& request) {
  const int population = request.search.population;
  const auto order = by_front(request);
  const auto parents = std::span(order).first(std::min(order.size(), static_cast<size_t>(population)));
  if (parents.empty())
    return from_latin_hypercube(request, request.generation(), population, request.trial % population);
  Random random(request.key());
  const auto& first = tournament(parents, random);
  const auto& second = tournament(parents, random);
  const auto child =
      random.chance(crossover_probability) ? cross(first, second, request.space, random) : first;
  return mutate(child, request.space, request.search, random);
}

}  // namespace mho
