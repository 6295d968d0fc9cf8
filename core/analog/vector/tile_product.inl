// SPDX-License-Identifier: Apache-2.0
// MHO_TILE_PRODUCT is the name that the including file gives the function.
#include "core/analog/vector/tile_product.hpp"
#include "core/base/vector/vector.inl"

namespace mho {

void MHO_TILE_PRODUCT(const TileProduct& product);

namespace {

/// Registers of columns for each of Vectors input vectors: each weight that is read serves all of them.
template <int Vectors, int Registers>
MHO_INLINE void column_sums(const TileProduct& p, int first, int column) {
  Vector sums[Vectors][Registers] = {};
  const float* x = p.x + std::ptrdiff_t{first} * p.rows;
  const float* w = p.w + column;
  for (int r = 0; r < p.rows; ++r, w += p.width) {
    Vector weights[Registers];
#pragma GCC unroll 2
    for (int k = 0; k < Registers; ++k) weights[k] = load(w + k * lane_count);
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      const Vector in = spread(x[std::ptrdiff_t{v} * p.rows + r]);
#pragma GCC unroll 2
      for (int k = 0; k < Registers; ++k) sums[v][k] += in * weights[k];
    }
  }
  for (int v = 0; v < Vectors; ++v)
    for (int k = 0; k < Registers; ++k)
      store(p.y + std::ptrdiff_t{first + v} * p.width + column + k * lane_count, sums[v][k]);
}

/// As many sums at once as hide the time of an addition.
template <int Registers>
MHO_INLINE void all_vectors(const TileProduct& p, int column) {
  constexpr int most = 8 / Registers;
  int first = 0;
  for (; first + most <= p.vectors; first += most) column_sums<most, Registers>(p, first, column);
  for (; first < p.vectors; ++first) column_sums<1, Registers>(p, first, column);
}

}  // namespace

void MHO_TILE_PRODUCT(const TileProduct& p) {
  for (int column = 0; column < p.columns; column += 2 * lane_count)
    if (p.columns - column > lane_count)
      all_vectors<2>(p, column);
    else
      all_vectors<1>(p, column);
}

}  // namespace mho
