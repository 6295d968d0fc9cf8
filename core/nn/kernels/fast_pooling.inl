// SPDX-License-Identifier: Apache-2.0
// Pooling: lanes are channels; where these fill less than a vector, the channels of several pixels.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/fast_elementwise.inl"
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

/// Some pixels of an output row of a pooling with few channels. Each tap's inputs are packed without gaps, so
/// that vectors are full and no short masked store goes to memory: those took nearly half of the time.
struct PackedPixels {
  static constexpr int packed_pixels = 16, packed_taps = 4;
  float taps[packed_taps][packed_pixels * lane_count + lane_count];
  int first, pixels, floats;

  static bool serve(const Pooling& p) {
    return p.channels < lane_count && p.tiles_input() && p.kernel_height * p.kernel_width <= packed_taps;
  }
  /// Of the first pixel at hand; its neighbours follow at equal steps.
  MHO_INLINE std::ptrdiff_t offset(const Pooling& p, int h, int tap) const {
    const int row = h * p.stride_height + tap / p.kernel_width;
    const int column = first * p.stride_width + tap % p.kernel_width;
    return (static_cast<std::ptrdiff_t>(row) * p.input_width + column) * p.channels;
  }
  /// Pixels [start, ...) of output row h.
  MHO_INLINE void pack(const Pooling& p, const float* x, int h, int start) {
    first = start;
    pixels = min_of(packed_pixels, p.width - start);
    floats = pixels * p.channels;
    const int channels = p.channels, count = pixels, step = p.stride_width * channels;
    for (int t = 0; t < p.kernel_height * p.kernel_width; ++t) {
      const float* from = x + offset(p, h, t);
      float* to = taps[t];
      for (int k = 0; k < count; ++k)  // what runs over is overwritten by the next pixel
        store(to + k * channels, load_some(from + k * step, channels));
    }
  }
  /// Rows are put together on the stack first, each pixel overwriting what ran over from the one before.
  MHO_INLINE void unpack(const Pooling& p, int h, float* x) const {
    float row[packed_taps * packed_pixels * lane_count + lane_count];
    const int channels = p.channels, count = pixels, wide = p.kernel_width;
    for (int a = 0; a < p.kernel_height; ++a) {
      float* to = row;
      for (int k = 0; k < count; ++k)
        for (int b = 0; b < wide; ++b, to += channels) store(to, load(taps[a * wide + b] + k * channels));
      float* out = x + offset(p, h, a * wide);
      for_vectors(static_cast<std::size_t>(floats * wide),
                  [&](std::size_t i, int part) { store_count(out + i, load(row + i), part); });
    }
  }
};

/// Calls body(the pixels at hand, output row, offset of the first output) for all outputs.
template <class Body>
MHO_INLINE void for_packed_pixels(const Pooling& p, const float* x, Body body) {
  PackedPixels at;
  for (int h = 0; h < p.height; ++h)
    for (int first = 0; first < p.width; first += PackedPixels::packed_pixels) {
      at.pack(p, x, h, first);
      body(at, h, (static_cast<std::ptrdiff_t>(h) * p.width + first) * p.channels);
    }
}

void max_pool_packed(const Pooling& p, const float* x, float* y) {
  const int taps = p.kernel_height * p.kernel_width;
  for_packed_pixels(p, x, [&](const PackedPixels& at, int, std::ptrdiff_t out) {
    for_vectors(static_cast<std::size_t>(at.floats), [&](std::size_t i, int count) {
      Vector most = load(at.taps[0] + i);
      for (int t = 1; t < taps; ++t) most = larger(load(at.taps[t] + i), most);
      store_count(y + out + i, most, count);
    });
  });
}

void max_pool_backward_packed(const Pooling& p, const float* x, const float* y, const float* dy, float* dx) {
  const int taps = p.kernel_height * p.kernel_width;
  for_packed_pixels(p, x, [&](PackedPixels& at, int h, std::ptrdiff_t out) {
    for_vectors(static_cast<std::size_t>(at.floats), [&](std::size_t i, int count) {
      const Vector most = load_count(y + out + i, count);
      Vector rest = load_count(dy + out + i, count);
      for (int t = 0; t < taps; ++t) {
        const Ints here = load(at.taps[t] + i) == most;
        store(at.taps[t] + i, here ? rest : Vector{});
        rest = here ? Vector{} : rest;
      }
    });
    at.unpack(p, h, dx);
  });
}

void max_pool(const Pooling& p, const float* x, float* y) {
  if (PackedPixels::serve(p)) return max_pool_packed(p, x, y);
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
  if (!accumulate && PackedPixels::serve(p)) return max_pool_backward_packed(p, x, y, dy, dx);
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
