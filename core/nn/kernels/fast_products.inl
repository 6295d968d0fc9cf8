// SPDX-License-Identifier: Apache-2.0
// Products and weight gradients as direct convolutions: a tile of P pixels x B vectors of columns stays in
// registers while the loop runs over the matrix rows; inputs are broadcast from memory. Measured beside Eigen
// and oneDNN in docs/decisions/0002-own-kernels.md.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_slots.inl"
#include "core/nn/kernels/fast_tile_sizes.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// Runs that read more than zeros.
struct Runs {
  const RowRun* first;
  const RowRun* end;
};

/// Those of output rows h to `last`.
MHO_INLINE Runs runs_of(const MatrixProduct& m, int h, int last) {
  const ImageLines& lines = m.lines;
  Runs runs{m.runs, m.runs + m.run_count};
  while (runs.first < runs.end && last * lines.step + runs.first->line < lines.first) ++runs.first;
  while (runs.first < runs.end && h * lines.step + runs.end[-1].line >= lines.end) --runs.end;
  return runs;
}

struct Tile {
  const MatrixProduct* m;
  Runs runs;
  const char* x;
  float* y;
  int column;     ///< first of the tile
  Noise* stream;  ///< of the product's noise: tiles draw from it in their fixed order
};

/// Unrolled by recursion: a loop that the compiler leaves standing would keep the tile in memory.
template <int First, int Count>
MHO_INLINE void add_noise(Noise& noise, float factor, Vector* tile) {
  if constexpr (First < Count) {
    Vector n0, n1;
    noise.normals(n0, n1);
    tile[First] += n0 * factor;
    if constexpr (First + 1 < Count) tile[First + 1] += n1 * factor;
    add_noise<First + 2, Count>(noise, factor, tile);
  }
}

template <int P, int B>
MHO_INLINE void add_noise_and_convert(const OutputStage& stage, Noise* stream, Vector (&acc)[P][B]) {
  Vector* flat = &acc[0][0];
  if (stage.noise > 0) {
    Noise noise = *stream;  // in registers
    add_noise<0, P * B>(noise, stage.noise / Noise::deviation, flat);
    *stream = noise;
  }
  if (stage.adc_step > 0) {
    const float inverse = 1.0f / stage.adc_step;
    const Vector limit = spread(stage.adc_limit);
#pragma GCC unroll 32
    for (int k = 0; k < P * B; ++k)
      flat[k] = larger(smaller(nearest(flat[k] * inverse) * stage.adc_step, limit), -limit);
  }
}

template <int P, int B>
void product_tile(const Tile& t) {
  const MatrixProduct& m = *t.m;
  // Four pixels a pointer: base + {0, 1, 2, 3} steps is an x86 address each, so all pixels fit the registers.
  constexpr int bases = (P + 3) / 4;
  const std::ptrdiff_t step = m.x_pixel * element_bytes, steps[4] = {0, step, 2 * step, 3 * step};
  const std::ptrdiff_t next = 4 * m.x_step;  // a slot
  Vector acc[P][B];
#pragma GCC unroll 16
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
    for (int b = 0; b < B; ++b) acc[p][b] = Vector{};
  for (const RowRun* run = t.runs.first; run < t.runs.end; ++run) {
    const char* x[bases];
    for (int q = 0; q < bases; ++q)
      x[q] = t.x + static_cast<std::ptrdiff_t>(run->offset) * element_bytes + q * 4 * step;
    const float* w = m.w + static_cast<std::ptrdiff_t>(run->row) * m.w_row + t.column;
    for (int j = run->length; j > 0; --j, w += m.w_row) {
      Vector wv[B];
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) wv[b] = load(w + b * lane_count);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const Slot xv = spread_slot(x[p / 4] + steps[p % 4]);
#pragma GCC unroll 2
        for (int b = 0; b < B; ++b) acc[p][b] = multiply_add(acc[p][b], xv, wv[b]);
      }
#pragma GCC unroll 4
      for (int q = 0; q < bases; ++q) x[q] += next;
    }
  }
  add_noise_and_convert<P, B>(m.stage, t.stream, acc);
#pragma GCC unroll 2
  for (int b = 0; b < B; ++b) {
    const int column = t.column + b * lane_count, count = min_of(lane_count, m.columns - column);
    if (count <= 0) break;
    const bool full = count == lane_count;
    const Vector one = spread(1.0f);
    const Vector scale = !m.stage.scale ? one
                         : full         ? load(m.stage.scale + column)
                                        : load_some(m.stage.scale + column, count);
    const Vector bias = !m.stage.bias ? Vector{}
                        : full        ? load(m.stage.bias + column)
                                      : load_some(m.stage.bias + column, count);
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p) {
      float* y = t.y + p * m.y_pixel + column;
      Vector v = acc[p][b] * scale + bias;
      if (full) {
        if (m.stage.accumulate) v += load(y);
        store(y, v);
      } else {
        if (m.stage.accumulate) v += load_some(y, count);
        store_some(y, v, count);
      }
    }
  }
}

using TileFunction = void (*)(const Tile&);
template <int B, int... P>
struct TileTable {
  static constexpr TileFunction functions[] = {product_tile<P, B>...};
};
#if defined(__AVX512F__)
using Tiles1 = TileTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16>;
using Tiles2 = TileTable<2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
#elif defined(__AVX2__)
using Tiles1 = TileTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Tiles2 = TileTable<2, 1, 2, 3, 4, 5, 6>;
#else
using Tiles1 = TileTable<1, 1, 2, 3, 4, 5, 6, 7, 8>;
using Tiles2 = TileTable<2, 1, 2, 3, 4>;
#endif

/// One column block over all pixels, rows cut into tiles of nearly equal width.
void product_columns(const MatrixProduct& m, int column, int vectors, Noise& stream) {
  const int most = vectors == 2 ? most_pixels_two_vectors : most_pixels_one_vector;
  const TileFunction* table = vectors == 2 ? Tiles2::functions : Tiles1::functions;
  const int tiles = (m.width + most - 1) / most;
  for (int h = 0; h < m.height; ++h) {
    const Runs runs = runs_of(m, h, h);
    for (int k = 0; k < tiles; ++k) {
      const int begin = k * m.width / tiles, end = (k + 1) * m.width / tiles;
      const char* x = reinterpret_cast<const char*>(m.x) + (h * m.x_row + begin * m.x_pixel) * element_bytes;
      const Tile tile{&m, runs, x, m.y + h * m.y_row + begin * m.y_pixel, column, &stream};
      table[end - begin - 1](tile);
    }
  }
}

void product(const MatrixProduct& m) {
  Noise stream;
  if (m.stage.noise > 0) stream.start(m.stage.key, m.stage.stream);
  for (int column = 0; column < m.columns;) {
    const int vectors = m.columns - column > lane_count ? 2 : 1;
    product_columns(m, column, vectors, stream);
    column += vectors * lane_count;
  }
}

}  // namespace
}  // namespace mho
