// SPDX-License-Identifier: Apache-2.0
// Converters, batch norm, ReLU and addition: one pass over memory each.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

void quantise(const float* x, std::size_t count, float range, float levels, float* y) {
  const float up = levels / range, down = 1.0f / levels;
  const Vector limit = spread(levels);
  std::size_t i = 0;
  for (; i + lane_count <= count; i += lane_count) {
    const Vector v = larger(smaller(load(x + i) * up, limit), -limit);
    store(y + i, nearest(v) * down);
  }
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    const Vector v = larger(smaller(load_some(x + i, rest) * up, limit), -limit);
    store_some(y + i, nearest(v) * down, rest);
  }
}

/// U x B vectors of sums, added up and then to `sums`.
template <int U, int B>
MHO_INLINE void add_up(const Vector (&part)[U][B], int count, float* sums) {
#pragma GCC unroll 4
  for (int b = 0; b < B; ++b) {
    Vector sum = part[0][b];
#pragma GCC unroll 4
    for (int u = 1; u < U; ++u) sum += part[u][b];
    store_count(sums + b * lane_count, load_count(sums + b * lane_count, count) + sum, count);
  }
}

void channel_sums(const float* y, int pixels, int channels, float* sums, float* squares) {
  for_channel_blocks(channels, [&](int c, auto vectors, int count) {
    constexpr int B = vectors.count, U = most_vectors / B;
    Vector sum[U][B] = {}, square[U][B] = {};
    for_pixels_in_turn<U>(pixels, [&](int p, int u) {
      const float* at = y + static_cast<std::ptrdiff_t>(p) * channels + c;
#pragma GCC unroll 4
      for (int b = 0; b < B; ++b) {
        const Vector v = load_count(at + b * lane_count, count);
        sum[u][b] += v;
        square[u][b] += v * v;
      }
    });
    add_up(sum, count, sums + c);
    add_up(square, count, squares + c);
  });
}

/// B vectors of `from`, kept in registers over a loop.
template <int B>
MHO_INLINE void load_block(const float* from, int count, Vector (&to)[B]) {
#pragma GCC unroll 4
  for (int b = 0; b < B; ++b) to[b] = load_count(from + b * lane_count, count);
}

void affine(const float* y, int pixels, int channels, const float* scale, const float* shift,
            const float* residual, float floor, float* z) {
  const Vector low = spread(floor);
  for_channel_blocks(channels, [&](int c, auto vectors, int count) {
    constexpr int B = vectors.count;
    Vector a[B], s[B];
    load_block(scale + c, count, a);
    load_block(shift + c, count, s);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c;
#pragma GCC unroll 4
      for (int b = 0; b < B; ++b) {
        Vector v = load_count(y + i + b * lane_count, count) * a[b] + s[b];
        if (residual) v += load_count(residual + i + b * lane_count, count);
        store_count(z + i + b * lane_count, larger(v, low), count);
      }
    }
  });
}

void affine_backward_sums(float* dz, const float* z, const float* y, int pixels, int channels, float floor,
                          float* sums, float* products) {
  const Vector low = spread(floor);
  for_channel_blocks(channels, [&](int c, auto vectors, int count) {
    constexpr int B = vectors.count, U = most_vectors / B;
    Vector sum[U][B] = {}, product_sum[U][B] = {};
    for_pixels_in_turn<U>(pixels, [&](int p, int u) {
#pragma GCC unroll 4
      for (int b = 0; b < B; ++b) {
        const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c + b * lane_count;
        const Vector g = load_count(z + i, count) > low ? load_count(dz + i, count) : Vector{};
        store_count(dz + i, g, count);
        sum[u][b] += g;
        product_sum[u][b] += g * load_count(y + i, count);
      }
    });
    add_up(sum, count, sums + c);
    add_up(product_sum, count, products + c);
  });
}

void affine_backward(const float* dz, const float* y, int pixels, int channels, const float* a,
                     const float* b, const float* c, float* dy) {
  for_channel_blocks(channels, [&](int k, auto vectors, int count) {
    constexpr int B = vectors.count;
    Vector av[B], bv[B], cv[B];
    load_block(a + k, count, av);
    load_block(b + k, count, bv);
    load_block(c + k, count, cv);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + k;
#pragma GCC unroll 4
      for (int v = 0; v < B; ++v) {
        const std::ptrdiff_t at = i + v * lane_count;
        store_count(dy + at, av[v] * load_count(dz + at, count) + (bv[v] * load_count(y + at, count) + cv[v]),
                    count);
      }
    }
  });
}

/// Calls body(first, count) for each vector of a plain array.
template <class Body>
MHO_INLINE void for_vectors(std::size_t size, Body body) {
  std::size_t i = 0;
  for (; i + lane_count <= size; i += lane_count) body(i, lane_count);
  if (i < size) body(i, static_cast<int>(size - i));
}

void add(const float* x, std::size_t size, float* y) {
  for_vectors(size, [&](std::size_t i, int count) {
    store_count(y + i, load_count(y + i, count) + load_count(x + i, count), count);
  });
}

void relu(const float* x, std::size_t size, float* y) {
  for_vectors(size, [&](std::size_t i, int count) {
    store_count(y + i, larger(load_count(x + i, count), Vector{}), count);
  });
}

void relu_backward(const float* y, const float* dy, std::size_t size, bool accumulate, float* dx) {
  for_vectors(size, [&](std::size_t i, int count) {
    Vector g = load_count(y + i, count) > 0.0f ? load_count(dy + i, count) : Vector{};
    if (accumulate) g += load_count(dx + i, count);
    store_count(dx + i, g, count);
  });
}

}  // namespace
}  // namespace mho
