// SPDX-License-Identifier: Apache-2.0
// Weight gradients of few columns over pixels that are neighbours in memory: lanes are pixels, where lanes of
// columns would be half empty and too few sums would wait for one another. LeNet-5's first layer is such.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/fast_gradients.inl"
#include "core/nn/kernels/fast_narrow_products.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// Matrix rows whose sums stay in registers beside most_narrow_columns columns.
#if defined(__AVX512F__)
constexpr int most_narrow_rows = 3;
#else
constexpr int most_narrow_rows = 2;
#endif

template <int Half = lane_count / 2>
MHO_INLINE float sum_of_lanes(Vector v) {
  if constexpr (Half > 0) {
    return sum_of_lanes<Half / 2>(v + shuffle<[](int lane) { return (lane + Half) % lane_count; }>(v, v));
  }
  return v[0];
}

/// I matrix rows x C columns, summed over all pixels. x, g and w are those of the tile.
template <int I, int C>
void narrow_gradient_tile(const MatrixGradient& m, const float* x, const float* g, float* w) {
  Vector acc[I][C];
#pragma GCC unroll 8
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 8
    for (int c = 0; c < C; ++c) acc[i][c] = Vector{};
  for (int h = 0; h < m.height; ++h, x += m.x_row, g += m.g_row)
    for (int p = 0; p < m.width; p += lane_count) {
      const int count = min_of(lane_count, m.width - p);
      Vector xv[I];
#pragma GCC unroll 8
      for (int i = 0; i < I; ++i) xv[i] = load_count(x + p + i, count);
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) {
        const Vector gv = load_count(g + c * m.g_step + p, count);
#pragma GCC unroll 8
        for (int i = 0; i < I; ++i) acc[i][c] += xv[i] * gv;
      }
    }
#pragma GCC unroll 8
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 8
    for (int c = 0; c < C; ++c) {
      float& to = w[i * m.w_row + c];
      to = (m.accumulate ? to : 0.0f) + sum_of_lanes(acc[i][c]) * m.factor;
    }
}

using NarrowGradientFunction = void (*)(const MatrixGradient&, const float*, const float*, float*);
template <int I, int... C>
struct NarrowGradientTable {
  static constexpr NarrowGradientFunction functions[] = {narrow_gradient_tile<I, C>...};
};
template <int I>
#if defined(__AVX512F__)
using NarrowGradients = NarrowGradientTable<I, 1, 2, 3, 4, 5, 6, 7, 8>;
#elif defined(__AVX2__)
using NarrowGradients = NarrowGradientTable<I, 1, 2, 3, 4>;
#else
using NarrowGradients = NarrowGradientTable<I, 1, 2>;
#endif

NarrowGradientFunction narrow_gradient_function(int rows, int columns) {
  if (rows == 1) return NarrowGradients<1>::functions[columns - 1];
  if (rows == 2) return NarrowGradients<2>::functions[columns - 1];
  return NarrowGradients<most_narrow_rows>::functions[columns - 1];
}

void narrow_gradient(const MatrixGradient& m) {
  for (int column = 0; column < m.columns; column += most_narrow_columns) {
    const int columns = min_of(most_narrow_columns, m.columns - column);
    for (int r = 0; r < m.run_count; ++r)
      for (int j = 0; j < m.runs[r].length; j += most_narrow_rows) {
        const int rows = min_of(most_narrow_rows, m.runs[r].length - j);
        narrow_gradient_function(rows, columns)(
            m, m.x + m.runs[r].offset + j, m.g + column * m.g_step,
            m.w + static_cast<std::ptrdiff_t>(m.runs[r].row + j) * m.w_row + column);
      }
  }
}

/// Kernels::gradient: lanes are pixels where the output gradient comes in planes.
void gradient_any(const MatrixGradient& m) {
  m.g_pixel == 1 && m.g_step != 1 ? narrow_gradient(m) : gradient(m);
}

}  // namespace
}  // namespace mho
