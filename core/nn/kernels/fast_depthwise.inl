// SPDX-License-Identifier: Apache-2.0
// Depthwise convolutions: lanes are channels.
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

/// Any kernel: taps as offsets into the padded image.
void depthwise_taps(const Depthwise& d, const std::ptrdiff_t* offsets, int taps, const float* x,
                    const float* w, float* y, int count) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(d.stride_width) * d.channels;
  for (int h = 0; h < d.height; ++h) {
    const float* in = x + h * d.stride_height * row;
    for (int p = 0; p < d.width; ++p, in += step, y += d.channels) {
      Vector sum{};
      for (int t = 0; t < taps; ++t)
        sum += load_count(in + offsets[t], count) * load_count(w + t * d.channels, count);
      store_count(y, sum, count);
    }
  }
}

/// Neighbouring output pixels that share the inputs which they both read.
#if defined(__AVX512F__)
constexpr int pixels_at_once = 5;
#else
constexpr int pixels_at_once = 2;
#endif

/// P output pixels of a 3x3 kernel with horizontal stride S: all weights and sums in registers, and each
/// input read once.
template <int P, int S>
MHO_INLINE void depthwise_pixels(const Depthwise& d, const float* in, const Vector (&weights)[9], float* y,
                                 int count) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  Vector sums[P];
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p) sums[p] = Vector{};
#pragma GCC unroll 3
  for (int a = 0; a < 3; ++a)
#pragma GCC unroll 16
    for (int k = 0; k < (P - 1) * S + 3; ++k) {
      const Vector v = load_count(in + a * row + static_cast<std::ptrdiff_t>(k) * d.channels, count);
#pragma GCC unroll 8
      for (int p = 0; p < P; ++p)
        if (k - p * S >= 0 && k - p * S < 3) sums[p] += v * weights[a * 3 + k - p * S];
    }
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p) store_count(y + static_cast<std::ptrdiff_t>(p) * d.channels, sums[p], count);
}

template <int S>
MHO_INLINE void depthwise_3x3(const Depthwise& d, const float* x, const float* w, float* y, int count) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  Vector weights[9];
#pragma GCC unroll 9
  for (int t = 0; t < 9; ++t) weights[t] = load_count(w + t * d.channels, count);
  for (int h = 0; h < d.height; ++h) {
    const float* in = x + h * d.stride_height * row;
    int p = 0;
    for (; p + pixels_at_once <= d.width; p += pixels_at_once) {
      depthwise_pixels<pixels_at_once, S>(d, in, weights, y, count);
      in += pixels_at_once * S * static_cast<std::ptrdiff_t>(d.channels);
      y += pixels_at_once * static_cast<std::ptrdiff_t>(d.channels);
    }
    for (; p < d.width; ++p, in += S * static_cast<std::ptrdiff_t>(d.channels), y += d.channels)
      depthwise_pixels<1, S>(d, in, weights, y, count);
  }
}

constexpr int most_taps = 256;

MHO_INLINE int find_taps(const Depthwise& d, std::ptrdiff_t* offsets) {
  for (int a = 0; a < d.kernel_height; ++a)
    for (int b = 0; b < d.kernel_width; ++b)
      offsets[a * d.kernel_width + b] = (static_cast<std::ptrdiff_t>(a) * d.padded_width + b) * d.channels;
  return d.kernel_height * d.kernel_width;
}

void depthwise(const Depthwise& d, const float* x, const float* w, float* y) {
  std::ptrdiff_t offsets[most_taps];
  const int taps = find_taps(d, offsets);
  const bool is_3x3 = d.kernel_height == 3 && d.kernel_width == 3;
  for_channels(d.channels, [&](int c, int count) {
    if (is_3x3 && d.stride_width == 1)
      depthwise_3x3<1>(d, x + c, w + c, y + c, count);
    else if (is_3x3 && d.stride_width == 2)
      depthwise_3x3<2>(d, x + c, w + c, y + c, count);
    else
      depthwise_taps(d, offsets, taps, x + c, w + c, y + c, count);
  });
}

void depthwise_backward(const Depthwise& d, const float* dy, const float* w, float* dx) {
  std::ptrdiff_t offsets[most_taps];
  const int taps = find_taps(d, offsets);
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  for_channels(d.channels, [&](int c, int count) {
    const float* g = dy + c;
    for (int h = 0; h < d.height; ++h) {
      float* out = dx + h * d.stride_height * row + c;
      for (int p = 0; p < d.width; ++p, out += d.stride_width * d.channels, g += d.channels) {
        const Vector gv = load_count(g, count);
        for (int t = 0; t < taps; ++t)
          store_count(out + offsets[t],
                      load_count(out + offsets[t], count) + gv * load_count(w + t * d.channels + c, count),
                      count);
      }
    }
  });
}

/// With Taps fixed, all sums stay in registers over the whole image.
template <int Taps>
MHO_INLINE void depthwise_gradient_rows(const Depthwise& d, const std::ptrdiff_t* offsets, const float* x,
                                        const float* dy, float* dw, int count) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  Vector sums[Taps];
  for (int t = 0; t < Taps; ++t) sums[t] = load_count(dw + t * d.channels, count);
  for (int h = 0; h < d.height; ++h) {
    const float* in = x + h * d.stride_height * row;
    for (int p = 0; p < d.width; ++p, in += d.stride_width * d.channels, dy += d.channels) {
      const Vector g = load_count(dy, count);
#pragma GCC unroll 9
      for (int t = 0; t < Taps; ++t) sums[t] += load_count(in + offsets[t], count) * g;
    }
  }
  for (int t = 0; t < Taps; ++t) store_count(dw + t * d.channels, sums[t], count);
}

void depthwise_gradient(const Depthwise& d, const float* x, const float* dy, float* dw) {
  std::ptrdiff_t offsets[most_taps];
  const int taps = find_taps(d, offsets);
  for_channels(d.channels, [&](int c, int count) {
    if (taps == 9) return depthwise_gradient_rows<9>(d, offsets, x + c, dy + c, dw + c, count);
    for (int t = 0; t < taps; ++t)
      depthwise_gradient_rows<1>(d, offsets + t, x + c, dy + c, dw + t * d.channels + c, count);
  });
}

}  // namespace
}  // namespace mho
