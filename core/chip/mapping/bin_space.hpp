// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/chip/mapping/mapping_config.hpp"

namespace mho {

/// Cells [x, x + width) x [y, y + height) of a bin.
struct Area {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool holds(const Area& other) const {
    return x <= other.x && y <= other.y && x + width >= other.x + other.width &&
           y + height >= other.y + other.height;
  }
};

/// The free room of one bin.
class BinSpace {
 public:
  BinSpace(int width, int height, PackingMode mode) : mode_(mode), free_{{0, 0, width, height}} {}

  struct Fit {
    int short_side = 0;  ///< left over beside the rectangle, the smaller
    int long_side = 0;   ///< and the larger
    int x = 0;
    int y = 0;
    bool operator<(const Fit& other) const {
      return short_side != other.short_side ? short_side < other.short_side : long_side < other.long_side;
    }
  };
  /// The free corner that leaves the smallest short side, then the smallest long side.
  std::optional<Fit> best_fit(int width, int height) const;
  /// Takes cells that best_fit found.
  void take(const Area& used);

 private:
  void split(const Area& space, const Area& used);
  bool is_redundant(size_t i) const;

  PackingMode mode_;
  std::vector<Area> free_;  ///< maximal free rectangles: overlapping, none inside another
  std::vector<Area> next_;
};

}  // namespace mho
