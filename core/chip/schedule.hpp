// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/chip/mapping.hpp"

namespace mho {

/// One block at work on one image. A tick is one matrix-vector product of a core (ChipConfig::mvm_time_s).
struct Step {
  int node = 0;   ///< index into Architecture::nodes()
  int block = 0;  ///< index into Mapping::blocks
  int core = 0;
  std::int64_t products = 0;
  std::int64_t start = 0;   ///< first tick
  std::int64_t finish = 0;  ///< one past the last tick
};

/// One image through the chip: layers one after the other in node order; a layer's blocks start together
/// where they lie on different cores and take turns, in block order, where they share one. `blocks` are
/// placed and in the order of cut_into_blocks. The last step's finish is the latency in ticks.
std::vector<Step> make_schedule(const Architecture& architecture, const std::vector<Block>& blocks);

}  // namespace mho
