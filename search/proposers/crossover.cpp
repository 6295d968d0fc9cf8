// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/crossover.hpp"

namespace mho {
namespace {

template <class Gene>
Gene either(const Gene& a, const Gene& b, Random& random) {
  return random.chance(0.5) ? a : b;
}

}  // namespace

Genome cross(const Genome& a, const Genome& b, Random& random) {
  Genome child{
      either(a.stem_channels, b.stem_channels, random), either(a.stem_kernel, b.stem_kernel, random), {}};
  const auto blocks = either(a.blocks.size(), b.blocks.size(), random);
  for (size_t i = 0; i < blocks; ++i) {
    const auto& first = i < a.blocks.size() ? a.blocks[i] : b.blocks[i];
    const auto& second = i < b.blocks.size() ? b.blocks[i] : a.blocks[i];
    const int residual = either(first.residual_blocks, second.residual_blocks, random);
    const int branches = either(first.branches, second.branches, random);
    const BlockType type = either(first.type, second.type, random);
    child.blocks.push_back({residual, branches, type, either(first.widening, second.widening, random)});
  }
  return child;
}

}  // namespace mho
