// SPDX-License-Identifier: Apache-2.0
// Weight gradients: a tile of I matrix rows x B vectors of columns stays in registers over all pixels of an
// image.
#pragma once

#include "core/nn/kernels/fast_slots.inl"
#include "core/nn/kernels/fast_tile_sizes.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

struct GradientTile {
  const MatrixGradient* m;
  const float* x;
  const float* g;
  float* w;
  int height;
};

/// I matrix rows x B vectors of columns, summed over all pixels in registers.
template <int I, int B>
void gradient_tile(const GradientTile& t) {
  const MatrixGradient& m = *t.m;
  Vector acc[I][B];
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 2
    for (int b = 0; b < B; ++b) acc[i][b] = Vector{};
  for (int h = 0; h < t.height; ++h) {
    const float *x = t.x + h * m.x_row, *g = t.g + h * m.g_row;
    for (int p = 0; p < m.width; ++p, x += m.x_pixel, g += m.g_pixel) {
      Vector gv[B];
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) gv[b] = load(g + b * lane_count);
#pragma GCC unroll 16
      for (int i = 0; i < I; ++i) {
        const Slot xv = spread_slot(reinterpret_cast<const char*>(x + i));
#pragma GCC unroll 2
        for (int b = 0; b < B; ++b) acc[i][b] = multiply_add(acc[i][b], xv, gv[b]);
      }
    }
  }
  const Vector factor = spread(m.factor);
  if (m.accumulate) {
#pragma GCC unroll 16
    for (int i = 0; i < I; ++i)
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) {
        float* w = t.w + i * m.w_row + b * lane_count;
        store(w, load(w) + acc[i][b] * factor);
      }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < I; ++i)
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) store(t.w + i * m.w_row + b * lane_count, acc[i][b] * factor);
  }
}

using GradientFunction = void (*)(const GradientTile&);
template <int B, int... I>
struct GradientTable {
  static constexpr GradientFunction functions[] = {gradient_tile<I, B>...};
};
#if defined(__AVX512F__)
using Gradients1 = GradientTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16>;
using Gradients2 = GradientTable<2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
#elif defined(__AVX2__)
using Gradients1 = GradientTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Gradients2 = GradientTable<2, 1, 2, 3, 4, 5, 6>;
#else
using Gradients1 = GradientTable<1, 1, 2, 3, 4, 5, 6, 7, 8>;
using Gradients2 = GradientTable<2, 1, 2, 3, 4>;
#endif

/// Output rows [first, end) to which a run adds more than zeros.
struct OutputRows {
  int first;
  int end;
};
MHO_INLINE OutputRows rows_of(const MatrixGradient& m, const RowRun& run) {
  const ImageLines& lines = m.lines;
  OutputRows rows{0, m.height};
  while (rows.first < rows.end && rows.first * lines.step + run.line < lines.first) ++rows.first;
  while (rows.first < rows.end && (rows.end - 1) * lines.step + run.line >= lines.end) --rows.end;
  return rows;
}

void gradient(const MatrixGradient& m) {
  for (int column = 0; column < m.columns;) {
    const int vectors = m.columns - column > lane_count ? 2 : 1;
    const int most = vectors == 2 ? most_pixels_two_vectors : most_pixels_one_vector;
    const GradientFunction* table = vectors == 2 ? Gradients2::functions : Gradients1::functions;
    for (int r = 0; r < m.run_count; ++r) {
      const RowRun& run = m.runs[r];
      const OutputRows rows = rows_of(m, run);
      const float *x = m.x + run.offset + rows.first * m.x_row, *g = m.g + rows.first * m.g_row + column;
      const int tiles = (run.length + most - 1) / most;
      for (int k = 0; k < tiles; ++k) {
        const int begin = k * run.length / tiles, end = (k + 1) * run.length / tiles;
        float* w = m.w + static_cast<std::ptrdiff_t>(run.row + begin) * m.w_row + column;
        table[end - begin - 1]({&m, x + begin, g, w, rows.end - rows.first});
      }
    }
    column += vectors * lane_count;
  }
}

}  // namespace
}  // namespace mho
