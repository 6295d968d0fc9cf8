// SPDX-License-Identifier: Apache-2.0
// What a training step does to every weight: the noisy copy, the optimiser's update, the moments and the
// limits of clipping. One pass over memory each: a small dense network spends more time on its weights than
// on its products.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// One vector of a noisy copy; lanes past the last column become zero.
MHO_INLINE void noisy_vector(const NoisyCopy& c, const float* from, float* to, int column, Vector noise) {
  const int count = min_of(lane_count, c.columns - column);
  if (count <= 0) return;
  const Vector v = load_count(from + column, count) * load_count(c.scale + column, count);
  store(to + column, v + noise);
}

void noisy_copy(const NoisyCopy& c) {
  NoiseStream stream;
  stream.start(c.key, c.stream);
  for (int r = 0; r < c.rows; ++r) {
    const float* from = c.from + static_cast<std::ptrdiff_t>(r) * c.columns;
    float* to = c.to + static_cast<std::ptrdiff_t>(r) * c.to_row;
    for (int column = 0; column < c.columns; column += 2 * lane_count) {
      Vector n0{}, n1{};
      if (c.deviation > 0) stream.normals(n0, n1);
      noisy_vector(c, from, to, column, n0 * c.deviation);
      noisy_vector(c, from, to, column + lane_count, n1 * c.deviation);
    }
  }
}

/// Calls next(i, count) for each vector of an array and returns the moments of what it returns. Four sums of
/// blocks of 4096 numbers, then in double: float's rounding grows with a block, not with the array.
template <class Next>
MHO_INLINE Moments moments_of(std::size_t size, Next next) {
  constexpr std::size_t block_floats = 4096;
  Moments total;
  for (std::size_t first = 0; first < size; first += block_floats) {
    const std::size_t end = size - first < block_floats ? size : first + block_floats;
    Vector sum[4] = {}, square[4] = {};
    std::size_t i = first;
    for (; i + 4 * lane_count <= end; i += 4 * lane_count)
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        const Vector v = next(i + static_cast<std::size_t>(k * lane_count), lane_count);
        sum[k] += v;
        square[k] += v * v;
      }
    for (; i < end; i += lane_count) {
      const Vector v = next(i, end - i < lane_count ? static_cast<int>(end - i) : lane_count);
      sum[0] += v;
      square[0] += v * v;
    }
    const Vector s = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    const Vector q = (square[0] + square[1]) + (square[2] + square[3]);
    for (int lane = 0; lane < lane_count; ++lane) {
      total.sum += static_cast<double>(s[lane]);
      total.square += static_cast<double>(q[lane]);
    }
  }
  return total;
}

Moments moments(const float* x, std::size_t size) {
  return moments_of(size, [=](std::size_t i, int count) { return load_count(x + i, count); });
}

Moments sgd(const SgdUpdate& u, const float* gradient, std::size_t size, float* values, float* velocity) {
  const Vector decay = spread(u.decay), momentum = spread(u.momentum), rate = spread(u.rate);
  return moments_of(size, [=](std::size_t i, int count) {
    const Vector w = load_count(values + i, count), g = load_count(gradient + i, count) + decay * w;
    const Vector v = momentum * load_count(velocity + i, count) + g;
    const Vector updated = w - rate * (g + momentum * v);
    store_count(velocity + i, v, count);
    store_count(values + i, updated, count);
    return updated;
  });
}

/// From the end: what an update wrote last is still in the cache, and the next reader starts at the front.
void clip(float limit, std::size_t size, float* values) {
  const Vector high = spread(limit);
  std::size_t i = size;
  for (; i >= lane_count; i -= lane_count) {
    float* v = values + i - lane_count;
    store(v, larger(smaller(load(v), high), -high));
  }
  const int rest = static_cast<int>(i);
  if (rest > 0) store_some(values, larger(smaller(load_some(values, rest), high), -high), rest);
}

}  // namespace
}  // namespace mho
