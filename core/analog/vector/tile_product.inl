// SPDX-License-Identifier: Apache-2.0
// MHO_TILE_PRODUCT is the name that the including file gives the function.
#include "core/analog/vector/tile_product.hpp"
#include "core/base/vector/vector.inl"

namespace mho {

void MHO_TILE_PRODUCT(const TileProduct& product);

namespace {

/// Two registers of columns for each of Vectors input vectors: each weight that is read serves all of them.
template <int Vectors>
MHO_INLINE void column_sums(const TileProduct& p, int first, int column) {
  Vector sums[Vectors][2] = {};
  const float* x = p.x + std::ptrdiff_t{first} * p.rows;
  const float* w = p.w + column;
  for (int r = 0; r < p.rows; ++r, w += p.width) {
    const Vector low = load(w), high = load(w + lane_count);
    for (int v = 0; v < Vectors; ++v) {
      const Vector in = spread(x[std::ptrdiff_t{v} * p.rows + r]);
      sums[v][0] += in * low;
      sums[v][1] += in * high;
    }
  }
  for (int v = 0; v < Vectors; ++v) {
    float* y = p.y + std::ptrdiff_t{first + v} * p.width + column;
    store(y, sums[v][0]);
    store(y + lane_count, sums[v][1]);
  }
}

}  // namespace

void MHO_TILE_PRODUCT(const TileProduct& p) {
  for (int column = 0; column < p.width; column += 2 * lane_count) {
    int first = 0;
    for (; first + 4 <= p.vectors; first += 4) column_sums<4>(p, first, column);
    for (; first < p.vectors; ++first) column_sums<1>(p, first, column);
  }
}

}  // namespace mho
