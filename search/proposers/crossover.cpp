// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/crossover.hpp"

namespace mho {

Genome cross(const Genome& a, const Genome& b, const Space& space, Random& random) {
  const auto first = space.values(a), second = space.values(b);
  std::vector<const Value*> child(first.size(), nullptr);
  for (size_t i = 0; i < child.size(); ++i) {
    if (!space.is_there(i, child)) continue;
    const auto* from_a = first[i] ? first[i] : second[i];
    const auto* from_b = second[i] ? second[i] : first[i];
    child[i] = random.chance(0.5) ? from_a : from_b;
  }
  return space.complete(std::move(child), {});
}

}  // namespace mho
