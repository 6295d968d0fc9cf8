// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/latin_hypercube.hpp"

#include <algorithm>
#include <numeric>

namespace mho {

std::vector<std::vector<double>> latin_hypercube(int count, int dimensions, RandomKey key) {
  const double below_one = 1.0 - 0x1p-53;
  std::vector<std::vector<double>> points(static_cast<size_t>(count),
                                          std::vector<double>(static_cast<size_t>(dimensions)));
  std::vector<int> parts(static_cast<size_t>(count));
  for (size_t d = 0; d < static_cast<size_t>(dimensions); ++d) {
    Random random(key.with("dimension", d));
    std::iota(parts.begin(), parts.end(), 0);
    random.shuffle(std::span(parts));
    for (size_t i = 0; i < points.size(); ++i)
      points[i][d] = std::min((parts[i] + random.uniform()) / count, below_one);
  }
  return points;
}

}  // namespace mho
