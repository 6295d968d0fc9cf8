// SPDX-License-Identifier: Apache-2.0
// Converters, batch norm, ReLU and addition: one pass over memory each.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_batch_norm.inl"
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

void channel_sums(const float* y, int pixels, int channels, float* sums, float* squares) {
  sum_channels(pixels, channels, floats_of(y), sums, squares);
}

void affine(const float* y, int pixels, int channels, const float* scale, const float* shift,
            const float* residual, float floor, float* z) {
  scale_channels(pixels, channels, floats_of(y), {scale, shift, residual, floor}, z);
}

void affine_backward_sums(float* dz, const float* z, const float* y, int pixels, int channels, float floor,
                          float* sums, float* products) {
  const auto keep = [](std::ptrdiff_t, Vector g, int) { return g; };
  mask_and_sum({dz, z, floor, pixels, channels}, floats_of(y), keep, sums, products);
}

void affine_backward(const float* dz, const float* y, int pixels, int channels, const float* a,
                     const float* b, const float* c, float* dy) {
  combine_channels(pixels, channels, floats_of(dz), floats_of(y), {a, b, c}, dy);
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
