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

/// Pooling of few channels whose windows tile the input. Every pixel is written as a whole vector, and the
/// next one overwrites what ran over: short masked stores took nearly half of the time.
struct FewChannels {
  static constexpr int most_rows = 3;  ///< of a window, whose backward pass looks at all above each row

  static bool serve(const Pooling& p) {
    return p.channels < lane_count && p.tiles_input() && p.kernel_height <= most_rows;
  }

  const Pooling& p;
  std::ptrdiff_t row;  ///< floats of an input row

  explicit FewChannels(const Pooling& pooling)
      : p(pooling), row(static_cast<std::ptrdiff_t>(pooling.input_width) * pooling.channels) {}

  MHO_INLINE Vector pixel(const float* at) const { return load_some(at, p.channels); }
  /// `end` is that of the image, beyond which nothing is written.
  MHO_INLINE void put(float* at, Vector v, const float* end) const {
    if (end - at >= lane_count)
      store(at, v);
    else
      store_some(at, v, p.channels);
  }
  /// What the taps before row `until` of a window leave of an output's gradient.
  MHO_INLINE Vector left_below(const float* x, int until, Vector most, Vector dy) const {
    for (int a = 0; a < until; ++a)
      for (int b = 0; b < p.kernel_width; ++b)
        dy = pixel(x + a * row + b * p.channels) == most ? Vector{} : dy;
    return dy;
  }
  /// The gradients of row `a` of the windows of one output row.
  MHO_INLINE void backward_row(int a, const float* x, const float* y, const float* dy, float* dx,
                               const float* end) const {
    for (int w = 0; w < p.width; ++w, y += p.channels, dy += p.channels, x += p.kernel_width * p.channels) {
      const Vector most = pixel(y);
      Vector rest = left_below(x, a, most, pixel(dy));
      for (int b = 0; b < p.kernel_width; ++b, dx += p.channels) {
        const Ints here = pixel(x + a * row + b * p.channels) == most;
        put(dx, here ? rest : Vector{}, end);
        rest = here ? Vector{} : rest;
      }
    }
  }
};

void max_pool_few(const Pooling& p, const float* x, float* y) {
  const FewChannels few(p);
  const float* end = y + static_cast<std::ptrdiff_t>(p.height) * p.width * p.channels;
  for (int h = 0; h < p.height; ++h, x += p.kernel_height * few.row) {
    const float* window = x;
    for (int w = 0; w < p.width; ++w, y += p.channels, window += p.kernel_width * p.channels) {
      Vector most = few.pixel(window);
      for (int a = 0; a < p.kernel_height; ++a)
        for (int b = 0; b < p.kernel_width; ++b)
          most = larger(few.pixel(window + a * few.row + b * p.channels), most);
      few.put(y, most, end);
    }
  }
}

void max_pool_backward_few(const Pooling& p, const float* x, const float* y, const float* dy, float* dx) {
  const FewChannels few(p);
  const float* end = dx + few.row * p.input_height;
  const int outputs = p.width * p.channels;
  for (int h = 0; h < p.height; ++h, x += p.kernel_height * few.row, y += outputs, dy += outputs)
    for (int a = 0; a < p.kernel_height; ++a, dx += few.row) few.backward_row(a, x, y, dy, dx, end);
}

void max_pool(const Pooling& p, const float* x, float* y) {
  if (FewChannels::serve(p)) return max_pool_few(p, x, y);
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

/// Whether a backward pass adds to dx: where every pixel is written once it need not. Fills dx with zeros
/// where it must add to nothing.
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
  if (!accumulate && FewChannels::serve(p)) return max_pool_backward_few(p, x, y, dy, dx);
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
