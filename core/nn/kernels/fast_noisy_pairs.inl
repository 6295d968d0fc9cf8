// SPDX-License-Identifier: Apache-2.0
// The noisy copy of weights in bfloat16: two rows at a time become one of pairs in registers, since a small
// dense network waits for its weights' memory.
#pragma once

#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/fast_halves.inl"
#include "core/nn/kernels/fast_slots.inl"

namespace mho {
namespace {

/// What a pair of rows, or a row alone, is made to: `to` and `pairs` are rows of `row` floats.
struct RowsInPairs {
  const float* from;
  float* to;  ///< null: not kept
  float* pairs;
  bool alone;  ///< the second row is zeros
};

struct NoisyFactors {
  float noise;
  float inverse;  ///< of the divisor
};

MHO_INLINE void noisy_pair(const NoisyPairs& n, const RowsInPairs& rows, NoisyFactors factors, int column,
                           Noise& stream) {
  const int count = min_of(lane_count, n.columns - column);
  Vector n0{}, n1{};
  if (n.deviation > 0) stream.normals(n0, n1);
  const Vector scale = load_count(n.scale + column, count);
  const Vector first = load_count(rows.from + column, count) * scale + n0 * factors.noise;
  Vector second{};
  if (!rows.alone) second = load_count(rows.from + n.columns + column, count) * scale + n1 * factors.noise;
  store_count(rows.pairs + column, pair_up(first * factors.inverse, second * factors.inverse), count);
  if (!rows.to) return;
  store_count(rows.to + column, first, count);
  if (!rows.alone) store_count(rows.to + n.row + column, second, count);
}

void noisy_pairs(const NoisyPairs& n) {
  Noise stream{};
  if (n.deviation > 0) stream.start(n.key, n.stream);
  const NoisyFactors factors{n.deviation / Noise::deviation, 1.0f / n.divisor};
  for (int r = 0; r < n.run_count; ++r) {
    const RowRun& run = n.runs[r];
    for (int j = 0; j < run.length; j += 2) {
      const std::ptrdiff_t row = run.row + j, pair = n.pair_runs[r].row + j / 2;
      const RowsInPairs rows{n.from + row * n.columns, n.to ? n.to + row * n.row : nullptr,
                             n.pairs + pair * n.row, j + 1 == run.length};
      for (int column = 0; column < n.columns; column += lane_count)
        noisy_pair(n, rows, factors, column, stream);
    }
  }
}

}  // namespace
}  // namespace mho
