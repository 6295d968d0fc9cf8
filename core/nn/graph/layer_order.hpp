// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace mho {

/// The order in which layers can run, or why there is none.
struct LayerOrder {
  std::vector<int>
      order;  ///< every layer after its inputs; of several that could come next, the first declared
  std::vector<int>
      cycle;  ///< layers that wait for each other, in declaration order; empty when there are none
};

/// Sorts layers topologically; `inputs[i]` are the layers that layer i reads (the image is not among them).
LayerOrder sort_layers(const std::vector<std::vector<int>>& inputs);

}  // namespace mho
