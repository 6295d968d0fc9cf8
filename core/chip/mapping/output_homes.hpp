// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/nn/graph/architecture.hpp"

namespace mho {

/// A range [first, first + count).
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t last() const { return first + count; }
};
Range overlap(const Range& a, const Range& b);

/// The core that holds some channels of some pixels of a node's output. Pixels are numbered row by row.
struct Home {
  Range channels;
  Range pixels;
  int core = 0;
};
using Homes = std::vector<Home>;  ///< of a node: they cover its output without overlap

/// The input pixels that output pixels `made` need: all of the rows that their windows touch.
Range needed_pixels(const Window& window, const Shape& input, const Shape& output, const Range& made);

/// Homes of a layer that works channel by channel where its input lies: each output pixel with the input
/// pixel at its window's corner (without padding), channels in proportion.
Homes homes_in_place(const Homes& inputs, const Window& window, const Shape& input, const Shape& output);

}  // namespace mho
