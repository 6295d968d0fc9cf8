// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/screening.hpp"

#include <algorithm>
#include <numeric>

#include "search/proposers/mutation.hpp"

namespace mho {

std::vector<size_t> by_desire(const std::vector<Desire>& desires) {
  std::vector<size_t> order(desires.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return desires[a].worth != desires[b].worth ? desires[a].worth > desires[b].worth
                                                : desires[a].tie > desires[b].tie;
  });
  return order;
}

Genome most_wanted(const ProposalRequest& request, const std::vector<Genome>& genomes,
                   const std::vector<Desire>& desires) {
  const auto order = by_desire(desires);
  for (const size_t i : order) {
    const auto& pending = request.pending;
    if (std::find(pending.begin(), pending.end(), genomes[i]) != pending.end()) continue;
    if (!request.acceptable || request.acceptable(genomes[i])) return genomes[i];
  }
  return genomes.at(order.at(0));
}

std::vector<Genome> mutants(const ProposalRequest& request, const std::vector<Genome>& parents, int count,
                            Random& random) {
  std::vector<Genome> found;
  const int last = static_cast<int>(parents.size()) - 1;
  for (int i = 0; i < count; ++i)
    found.push_back(parents.empty() ? request.space.sample(random)
                                    : mutate(parents[static_cast<size_t>(random.integer(0, last))],
                                             request.space, request.search, random));
  return found;
}

}  // namespace mho
