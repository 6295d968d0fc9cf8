// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// One image through the chip. Image n does the same, n x interval ticks later.
struct Schedule {
  std::int64_t interval = 0;  ///< ticks between images
  std::int64_t fill = 0;      ///< ticks until the image's last product is done
  std::vector<Step> steps;    ///< in node order
  /// First and last tick (one past it) of each node's output; digital layers work as their inputs come.
  std::vector<std::int64_t> begun, done;
};

enum class Images {
  one,       ///< nothing else on the chip: interval is long enough that images never meet
  pipelined  ///< images as close as the busiest core allows
};

/// Layers work in node order. A layer starts when its inputs are complete; its groups of blocks start
/// together where they lie on different cores. Groups that share a core take turns: pipelined, a group waits
/// for ticks that no group of an earlier layer has, of this image or another (modulo scheduling), so its work
/// may come in pieces. With `at_once` (packing "disjoint") groups of one core share products instead. Each
/// transfer of partial sums to another core adds a tick (a hop and an addition, about 20 ns in IBM's 3D-CiM
/// simulator, fit in one product). The interval is the work of the busiest core (with at_once, of its largest
/// group), and is reached. `blocks` are placed, in node order.
Schedule make_schedule(const Architecture& architecture, const std::vector<Block>& blocks, Images images,
                       bool at_once = false);

/// Ticks in which each core fires, for one image of the full pipeline: products of the core, counted once
/// where groups share them.
std::int64_t count_core_mvms(const Schedule& schedule);

}  // namespace mho
