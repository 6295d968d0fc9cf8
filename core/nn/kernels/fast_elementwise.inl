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
  for (; i + kLanes <= count; i += kLanes) {
    const Vector v = larger(smaller(load(x + i) * up, limit), -limit);
    store(y + i, nearest(v) * down);
  }
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    const Vector v = larger(smaller(load_some(x + i, rest) * up, limit), -limit);
    store_some(y + i, nearest(v) * down, rest);
  }
}

void channel_sums(const float* y, int pixels, int channels, float* sums, float* squares) {
  for_channels(channels, [&](int c, int count) {
    Vector sum{}, square{};
    const float* p = y + c;
    for (int i = 0; i < pixels; ++i, p += channels) {
      const Vector v = load_count(p, count);
      sum += v;
      square += v * v;
    }
    store_count(sums + c, load_count(sums + c, count) + sum, count);
    store_count(squares + c, load_count(squares + c, count) + square, count);
  });
}

void affine(const float* y, int pixels, int channels, const float* scale, const float* shift,
            const float* residual, float floor, float* z) {
  const Vector low = spread(floor);
  for_channels(channels, [&](int c, int count) {
    const Vector a = load_count(scale + c, count), b = load_count(shift + c, count);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c;
      Vector v = load_count(y + i, count) * a + b;
      if (residual) v += load_count(residual + i, count);
      store_count(z + i, larger(v, low), count);
    }
  });
}

void affine_backward_sums(float* dz, const float* z, const float* y, int pixels, int channels, float floor,
                          float* sums, float* products) {
  const Vector low = spread(floor);
  for_channels(channels, [&](int c, int count) {
    Vector sum{}, product_sum{};
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c;
      const Vector g = load_count(z + i, count) > low ? load_count(dz + i, count) : Vector{};
      store_count(dz + i, g, count);
      sum += g;
      product_sum += g * load_count(y + i, count);
    }
    store_count(sums + c, load_count(sums + c, count) + sum, count);
    store_count(products + c, load_count(products + c, count) + product_sum, count);
  });
}

void affine_backward(const float* dz, const float* y, int pixels, int channels, const float* a,
                     const float* b, const float* c, float* dy) {
  for_channels(channels, [&](int k, int count) {
    const Vector av = load_count(a + k, count), bv = load_count(b + k, count), cv = load_count(c + k, count);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + k;
      store_count(dy + i, av * load_count(dz + i, count) + (bv * load_count(y + i, count) + cv), count);
    }
  });
}

/// Calls body(first, count) for each vector of a plain array.
template <class Body>
MHO_INLINE void for_vectors(std::size_t size, Body body) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) body(i, kLanes);
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

void relu_backward(const float* y, const float* dy, std::size_t size, float* dx) {
  for_vectors(size, [&](std::size_t i, int count) {
    const Vector g = load_count(y + i, count) > 0.0f ? load_count(dy + i, count) : Vector{};
    store_count(dx + i, load_count(dx + i, count) + g, count);
  });
}

}  // namespace
}  // namespace mho
