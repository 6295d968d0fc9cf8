// SPDX-License-Identifier: Apache-2.0
// Pooling: lanes are channels.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// The real pixels that an output pixel sees, as Pooling cuts them.
struct Window {
  int row0, row1, column0, column1;
};
MHO_INLINE Window window_of(const Pooling& p, int h, int w) {
  const int row = h * p.stride_height - p.top, column = w * p.stride_width - p.left;
  const int row1 = min_of(row + p.kernel_height, p.input_height);
  const int column1 = min_of(column + p.kernel_width, p.input_width);
  return {row > 0 ? row : 0, row1, column > 0 ? column : 0, column1};
}

/// Calls body(offset of the first channel) for each real pixel of an output pixel's window, row-major.
template <class Body>
MHO_INLINE void for_window(const Pooling& p, const Window& seen, Body body) {
  for (int r = seen.row0; r < seen.row1; ++r)
    for (int c = seen.column0; c < seen.column1; ++c)
      body((static_cast<std::ptrdiff_t>(r) * p.input_width + c) * p.channels);
}

void max_pool(const Pooling& p, const float* x, float* y) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, y += p.channels) {
      const Window seen = window_of(p, h, w);
      for_channels(p.channels, [&](int c, int count) {
        Vector most = spread(-3.402823466e38f);
        for_window(p, seen, [&](std::ptrdiff_t at) { most = larger(load_count(x + at + c, count), most); });
        store_count(y + c, most, count);
      });
    }
}

/// Whether a backward pass adds to dx: where every pixel is written once it need not, and a masked store that
/// a neighbour's masked load waits for costs more than the arithmetic. Fills dx with zeros where it must add
/// to nothing.
MHO_INLINE bool adds(const Pooling& p, bool accumulate, float* dx) {
  if (accumulate) return true;
  if (p.tiles_input()) return false;
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(p.input_height) * p.input_width * p.channels;
  for (std::ptrdiff_t i = 0; i < size; ++i) dx[i] = 0;
  return true;
}

/// Of equal maxima the first in row-major order gets the gradient.
template <bool Add>
MHO_INLINE void max_pool_backward_loops(const Pooling& p, const float* x, const float* y, const float* dy,
                                        float* dx) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, y += p.channels, dy += p.channels) {
      const Window seen = window_of(p, h, w);
      for_channels(p.channels, [&](int c, int count) {
        const Vector most = load_count(y + c, count);
        Vector rest = load_count(dy + c, count);
        for_window(p, seen, [&](std::ptrdiff_t at) {
          const Ints here = load_count(x + at + c, count) == most;
          const Vector g = here ? rest : Vector{};
          store_count(dx + at + c, Add ? load_count(dx + at + c, count) + g : g, count);
          rest = here ? Vector{} : rest;
        });
      });
    }
}

void max_pool_backward(const Pooling& p, const float* x, const float* y, const float* dy, bool accumulate,
                       float* dx) {
  if (adds(p, accumulate, dx))
    max_pool_backward_loops<true>(p, x, y, dy, dx);
  else
    max_pool_backward_loops<false>(p, x, y, dy, dx);
}

void average_pool(const Pooling& p, const float* x, float* y) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, y += p.channels) {
      const Window seen = window_of(p, h, w);
      const float share = 1.0f / static_cast<float>((seen.row1 - seen.row0) * (seen.column1 - seen.column0));
      for_channels(p.channels, [&](int c, int count) {
        Vector sum{};
        for_window(p, seen, [&](std::ptrdiff_t at) { sum += load_count(x + at + c, count); });
        store_count(y + c, sum * share, count);
      });
    }
}

void average_pool_backward(const Pooling& p, const float* dy, bool accumulate, float* dx) {
  const bool add = adds(p, accumulate, dx);
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, dy += p.channels) {
      const Window seen = window_of(p, h, w);
      const float share = 1.0f / static_cast<float>((seen.row1 - seen.row0) * (seen.column1 - seen.column0));
      for_channels(p.channels, [&](int c, int count) {
        const Vector g = load_count(dy + c, count) * share;
        for_window(p, seen, [&](std::ptrdiff_t at) {
          store_count(dx + at + c, add ? load_count(dx + at + c, count) + g : g, count);
        });
      });
    }
}

}  // namespace
}  // namespace mho
