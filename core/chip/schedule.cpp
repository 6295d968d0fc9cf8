// SPDX-License-Identifier: Apache-2.0
#include "core/chip/schedule.hpp"

#include <algorithm>
#include <map>

namespace mho {

std::vector<Step> make_schedule(const Architecture& architecture, const std::vector<Block>& blocks) {
  std::vector<Step> steps;
  std::int64_t layer_start = 0, layer_finish = 0, products = 0;
  std::map<int, std::int64_t> free_from;  // of the cores that work for the present layer
  int node = -1;
  for (size_t index = 0; index < blocks.size(); ++index) {
    const Block& block = blocks[index];
    if (block.node != node) {
      node = block.node;
      products = matrix_shape(architecture, node).products;
      layer_start = layer_finish;
      free_from.clear();
    }
    const std::int64_t start = free_from.try_emplace(block.core, layer_start).first->second;
    const std::int64_t finish = start + products;
    free_from[block.core] = finish;
    layer_finish = std::max(layer_finish, finish);
    steps.push_back({node, static_cast<int>(index), block.core, products, start, finish});
  }
  return steps;
}

}  // namespace mho
