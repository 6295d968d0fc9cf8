// SPDX-License-Identifier: Apache-2.0
// Products of few columns over pixels whose slots are neighbours in memory: lanes are pixels, where lanes of
// columns would be half empty. LeNet-5's first layer (1 channel in, 6 out) and the gradient of its second are
// such.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_products.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// At most half a vector of columns.
constexpr int most_narrow_columns = lane_count / 2;
/// Vectors of pixels that share a column's weight.
constexpr int most_narrow_vectors = 2;

/// a0 b0 a1 b1 ... of the lower or upper halves.
template <bool Upper>
MHO_INLINE Vector interleave(Vector a, Vector b) {
  return shuffle<[](int i) { return i / 2 + (Upper ? lane_count / 2 : 0) + (i % 2) * lane_count; }>(a, b);
}

/// One column a vector -> two pixels a vector, each with most_narrow_columns columns. Each step turns the
/// highest bit of the column's number into the lowest of the lane's.
template <int Step = most_narrow_columns>
MHO_INLINE void turn(Vector (&v)[most_narrow_columns]) {
  if constexpr (Step > 1) {
    constexpr int half_columns = most_narrow_columns / 2;
    Vector next[most_narrow_columns];
#pragma GCC unroll 8
    for (int i = 0; i < half_columns; ++i) {
      next[2 * i] = interleave<false>(v[i], v[i + half_columns]);
      next[2 * i + 1] = interleave<true>(v[i], v[i + half_columns]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < most_narrow_columns; ++i) v[i] = next[i];
    turn<Step / 2>(v);
  }
}

/// Writes `count` pixels of C finished columns.
template <int C>
MHO_INLINE void store_narrow(const MatrixProduct& m, const Vector* columns, int count, float* y) {
  Vector v[most_narrow_columns];
#pragma GCC unroll 8
  for (int c = 0; c < most_narrow_columns; ++c) v[c] = c < C ? columns[c] : Vector{};
  turn(v);
#pragma GCC unroll 8
  for (int k = 0; k < most_narrow_columns; ++k)  // pixels 2k and 2k + 1
    for (int half = 0; half < 2 && 2 * k + half < count; ++half) {
      constexpr auto second = [](int i) { return (i + most_narrow_columns) % lane_count; };
      Vector pixel = half ? shuffle<second>(v[k], v[k]) : v[k];
      float* to = y + (2 * k + half) * m.y_pixel;
      if (m.stage.accumulate) pixel += load_some(to, C);
      store_some(to, pixel, C);
    }
}

struct NarrowTile {
  int row[most_narrow_vectors];        ///< of the output
  const char* x[most_narrow_vectors];  ///< of the first pixel
  float* y[most_narrow_vectors];
  int count[most_narrow_vectors];  ///< pixels
};

template <int C>
void narrow_tile(const MatrixProduct& m, const NarrowTile& t, Noise& stream) {
  Vector acc[most_narrow_vectors][C];
#pragma GCC unroll 8
  for (int c = 0; c < C; ++c) acc[0][c] = acc[1][c] = Vector{};
  const Runs runs = runs_of(m, t.row[0], t.row[1]);
  for (const RowRun* run = runs.first; run < runs.end; ++run) {
    const std::ptrdiff_t offset = static_cast<std::ptrdiff_t>(run->offset) * element_bytes;
    const auto *x0 = reinterpret_cast<const float*>(t.x[0] + offset),
               *x1 = reinterpret_cast<const float*>(t.x[1] + offset);
    const float* w = m.w + static_cast<std::ptrdiff_t>(run->row) * m.w_row;
    for (int j = run->length; j > 0; --j, w += m.w_row, x0 += m.x_step, x1 += m.x_step) {
      const Slot v0 = (Slot)load_some(x0, t.count[0]), v1 = (Slot)load_some(x1, t.count[1]);
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) {
        const Vector weight = spread(w[c]);
        acc[0][c] = multiply_add(acc[0][c], v0, weight);
        acc[1][c] = multiply_add(acc[1][c], v1, weight);
      }
    }
  }
  add_noise_and_convert<most_narrow_vectors, C>(m.stage, &stream, acc);
#pragma GCC unroll 8
  for (int c = 0; c < C; ++c) {
    const Vector scale = spread(m.stage.scale ? m.stage.scale[c] : 1.0f);
    const Vector bias = spread(m.stage.bias ? m.stage.bias[c] : 0.0f);
    acc[0][c] = acc[0][c] * scale + bias;
    acc[1][c] = acc[1][c] * scale + bias;
  }
  store_narrow<C>(m, acc[0], t.count[0], t.y[0]);
  if (t.count[1] > 0) store_narrow<C>(m, acc[1], t.count[1], t.y[1]);
}

bool is_narrow(const MatrixProduct& m) {
  constexpr int slot_elements = 4 / element_bytes;
  return m.x_pixel == slot_elements && m.columns <= most_narrow_columns;
}

/// Vectors of pixels in row-major order, two at a time, whichever rows they lie in.
template <int C>
void narrow_columns(const MatrixProduct& m, Noise& stream) {
  NarrowTile tile;
  int filled = 0;
  for (int h = 0; h < m.height; ++h)
    for (int p = 0; p < m.width; p += lane_count) {
      tile.row[filled] = h;
      tile.x[filled] = reinterpret_cast<const char*>(m.x) + (h * m.x_row + p * m.x_pixel) * element_bytes;
      tile.y[filled] = m.y + h * m.y_row + p * m.y_pixel;
      tile.count[filled] = min_of(lane_count, m.width - p);
      if (++filled < most_narrow_vectors) continue;
      narrow_tile<C>(m, tile, stream);
      filled = 0;
    }
  if (filled == 0) return;
  tile.row[1] = tile.row[0];
  tile.x[1] = tile.x[0];
  tile.y[1] = tile.y[0];
  tile.count[1] = 0;
  narrow_tile<C>(m, tile, stream);
}

using NarrowFunction = void (*)(const MatrixProduct&, Noise&);
template <int... C>
struct NarrowTable {
  static constexpr NarrowFunction functions[] = {narrow_columns<C>...};
};
#if defined(__AVX512F__)
using Narrow = NarrowTable<1, 2, 3, 4, 5, 6, 7, 8>;
#elif defined(__AVX2__)
using Narrow = NarrowTable<1, 2, 3, 4>;
#else
using Narrow = NarrowTable<1, 2>;
#endif

/// Kernels::product: whichever way fills more lanes.
void product_any(const MatrixProduct& m) {
  if (!is_narrow(m)) return product(m);
  Noise stream;
  if (m.stage.noise > 0) stream.start(m.stage.key, m.stage.stream);
  Narrow::functions[m.columns - 1](m, stream);
}

}  // namespace
}  // namespace mho
