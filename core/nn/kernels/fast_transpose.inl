// SPDX-License-Identifier: Apache-2.0
// Transposition in registers, a square of vectors at a time.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// One round of the butterfly: rows i and i + Half swap those lanes that belong to the other one.
template <int Half>
MHO_INLINE void swap_lanes(Vector (&rows)[lane_count]) {
  constexpr auto low = [](int lane) { return lane & Half ? lane_count + lane - Half : lane; };
  constexpr auto high = [](int lane) { return lane & Half ? lane_count + lane : lane + Half; };
#pragma GCC unroll 16
  for (int i = 0; i < lane_count; ++i) {
    if (i & Half) continue;
    const Vector a = rows[i], b = rows[i + Half];
    rows[i] = shuffle<low>(a, b);
    rows[i + Half] = shuffle<high>(a, b);
  }
  if constexpr (Half > 1) swap_lanes<Half / 2>(rows);
}

void transpose(const float* from, std::ptrdiff_t from_row, int rows, int columns, const float* scale,
               float factor, float* to, std::ptrdiff_t to_row) {
  for (int c = 0; c < columns; c += lane_count) {
    const int wide = min_of(lane_count, columns - c);
    const Vector times = scale ? load_count(scale + c, wide) * factor : spread(factor);
    for (int r = 0; r < rows; r += lane_count) {
      const int high = min_of(lane_count, rows - r);
      Vector square[lane_count];
#pragma GCC unroll 16
      for (int i = 0; i < lane_count; ++i)
        square[i] = i < high ? load_count(from + (r + i) * from_row + c, wide) * times : Vector{};
      swap_lanes<lane_count / 2>(square);
#pragma GCC unroll 16
      for (int j = 0; j < lane_count; ++j)
        if (j < wide) store_count(to + (c + j) * to_row + r, square[j], high);
    }
  }
}

}  // namespace
}  // namespace mho
