// SPDX-License-Identifier: Apache-2.0
#include "search/models/informative.hpp"

#include <algorithm>
#include <numeric>

namespace mho {

std::vector<std::size_t> informative(std::span<const double> merits, std::size_t most) {
  std::vector<std::size_t> order(merits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() <= most) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return merits[a] > merits[b]; });
  const auto best = most / 2, others = order.size() - best, spread = most - best;
  for (std::size_t i = 0; i < spread; ++i) order[best + i] = order[best + i * others / spread];
  order.resize(most);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace mho
