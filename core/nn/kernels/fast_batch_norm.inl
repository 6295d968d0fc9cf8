// SPDX-License-Identifier: Apache-2.0
// The passes of a batch norm over pixels x channels, for numbers that lie in memory as floats or in 16 bits:
// `y` and `dz` are functions (element, count) -> Vector.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"

namespace mho {
namespace {

MHO_INLINE auto floats_of(const float* from) {
  return [from](std::ptrdiff_t i, int count) { return load_count(from + i, count); };
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

/// B vectors of `from`, kept in registers over a loop.
template <int B>
MHO_INLINE void load_block(const float* from, int count, Vector (&to)[B]) {
#pragma GCC unroll 4
  for (int b = 0; b < B; ++b) to[b] = load_count(from + b * lane_count, count);
}

/// As Kernels::channel_sums.
template <class Y>
MHO_INLINE void sum_channels(int pixels, int channels, Y y, float* sums, float* squares) {
  for_channel_blocks(channels, [&](int c, auto vectors, int count) {
    constexpr int B = vectors.count, U = most_vectors / B;
    Vector sum[U][B] = {}, square[U][B] = {};
    for_pixels_in_turn<U>(pixels, [&](int p, int u) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(p) * channels + c;
#pragma GCC unroll 4
      for (int b = 0; b < B; ++b) {
        const Vector v = y(at + b * lane_count, count);
        sum[u][b] += v;
        square[u][b] += v * v;
      }
    });
    add_up(sum, count, sums + c);
    add_up(square, count, squares + c);
  });
}

struct Scaling {
  const float *scale, *shift;
  const float* residual;  ///< may be null
  float floor;
};

/// As Kernels::affine.
template <class Y>
MHO_INLINE void scale_channels(int pixels, int channels, Y y, const Scaling& by, float* z) {
  const Vector low = spread(by.floor);
  const float* const residual = by.residual;
  for_channel_blocks(channels, [&](int c, auto vectors, int count) {
    constexpr int B = vectors.count;
    Vector a[B], s[B];
    load_block(by.scale + c, count, a);
    load_block(by.shift + c, count, s);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c;
#pragma GCC unroll 4
      for (int b = 0; b < B; ++b) {
        Vector v = y(i + b * lane_count, count) * a[b] + s[b];
        if (residual) v += load_count(residual + i + b * lane_count, count);
        store_count(z + i + b * lane_count, larger(v, low), count);
      }
    }
  });
}

struct Masking {
  float* dz;
  const float* z;
  float floor;
  int pixels, channels;
};

/// As Kernels::affine_backward_sums; keep(element, masked dz, count) says what of dz is summed.
template <class Y, class Keep>
MHO_INLINE void mask_and_sum(const Masking& m, Y y, Keep keep, float* sums, float* products) {
  const Vector low = spread(m.floor);
  for_channel_blocks(m.channels, [&](int c, auto vectors, int count) {
    constexpr int B = vectors.count, U = most_vectors / B;
    Vector sum[U][B] = {}, product_sum[U][B] = {};
    for_pixels_in_turn<U>(m.pixels, [&](int p, int u) {
#pragma GCC unroll 4
      for (int b = 0; b < B; ++b) {
        const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * m.channels + c + b * lane_count;
        const Vector masked = load_count(m.z + i, count) > low ? load_count(m.dz + i, count) : Vector{};
        store_count(m.dz + i, masked, count);
        const Vector g = keep(i, masked, count);
        sum[u][b] += g;
        product_sum[u][b] += g * y(i, count);
      }
    });
    add_up(sum, count, sums + c);
    add_up(product_sum, count, products + c);
  });
}

struct Combination {
  const float *a, *b, *c;
};

/// As Kernels::affine_backward.
template <class Gradient, class Y>
MHO_INLINE void combine_channels(int pixels, int channels, Gradient dz, Y y, const Combination& by,
                                 float* dy) {
  for_channel_blocks(channels, [&](int k, auto vectors, int count) {
    constexpr int B = vectors.count;
    Vector av[B], bv[B], cv[B];
    load_block(by.a + k, count, av);
    load_block(by.b + k, count, bv);
    load_block(by.c + k, count, cv);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + k;
#pragma GCC unroll 4
      for (int v = 0; v < B; ++v) {
        const std::ptrdiff_t at = i + v * lane_count;
        store_count(dy + at, av[v] * dz(at, count) + (bv[v] * y(at, count) + cv[v]), count);
      }
    }
  });
}

}  // namespace
}  // namespace mho
