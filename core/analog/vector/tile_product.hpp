// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mho {

/// Rows of a TileProduct's weights and outputs are a multiple of this many floats.
inline constexpr int most_tile_columns = 32;
inline int padded_tile_columns(int columns) {
  return (columns + most_tile_columns - 1) / most_tile_columns * most_tile_columns;
}

/// y[v * width + c] = sum over r of x[v * rows + r] * w[r * width + c] for v < vectors, c < columns: what the
/// currents of a tile's columns add up to; what y holds behind `columns` is anything. `width` is a multiple
/// of most_tile_columns. Each sum runs over r in order, so its bits do not depend on how many vectors are
/// given at once.
struct TileProduct {
  const float* x = nullptr;
  const float* w = nullptr;
  float* y = nullptr;
  int vectors = 0;
  int rows = 0;
  int width = 0;
  int columns = 0;  ///< at most width
};

/// Computes it with the chosen instruction set (core/base/vector/instruction_set.hpp).
void tile_product(const TileProduct& product);

}  // namespace mho
