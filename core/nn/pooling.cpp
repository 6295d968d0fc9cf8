// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pooling.hpp"

#include <algorithm>
#include <limits>

namespace mho {
namespace {

/// The real pixels that an output pixel sees.
struct Window {
  int row0, row1, column0, column1;
  float pixels() const { return static_cast<float>((row1 - row0) * (column1 - column0)); }
};

Window window(const Pool& pool, Shape input, int h, int w) {
  const int row = h * pool.stride_height - pool.padding.top,
            column = w * pool.stride_width - pool.padding.left;
  return {std::max(row, 0), std::min(row + pool.kernel_height, input.height), std::max(column, 0),
          std::min(column + pool.kernel_width, input.width)};
}

/// Calls body(pixel's first channel index) for each real pixel of a window, row-major.
template <class Body>
void for_pixels(const Window& window, Shape input, Body body) {
  for (int r = window.row0; r < window.row1; ++r)
    for (int c = window.column0; c < window.column1; ++c) body((r * input.width + c) * input.channels);
}

}  // namespace

void pool_forward(const Pool& pool, Shape input, Shape output, const float* x, float* y) {
  const bool max = pool.kind == Pool::Kind::max;
  const int channels = input.channels;
  for (int h = 0; h < output.height; ++h)
    for (int w = 0; w < output.width; ++w, y += channels) {
      const Window seen = window(pool, input, h, w);
      std::fill_n(y, channels, max ? std::numeric_limits<float>::lowest() : 0.0f);
      for_pixels(seen, input, [&](int pixel) {
        for (int c = 0; c < channels; ++c) y[c] = max ? std::max(y[c], x[pixel + c]) : y[c] + x[pixel + c];
      });
      if (!max)
        for (int c = 0; c < channels; ++c) y[c] /= seen.pixels();
    }
}

void pool_backward(const Pool& pool, Shape input, Shape output, const float* x, const float* y,
                   const float* dy, float* dx) {
  const int channels = input.channels;
  std::vector<float> rest(static_cast<size_t>(channels));  // of max pooling: the gradient not handed out yet
  for (int h = 0; h < output.height; ++h)
    for (int w = 0; w < output.width; ++w, y += channels, dy += channels) {
      const Window seen = window(pool, input, h, w);
      if (pool.kind == Pool::Kind::average) {
        for_pixels(seen, input, [&](int pixel) {
          for (int c = 0; c < channels; ++c) dx[pixel + c] += dy[c] / seen.pixels();
        });
        continue;
      }
      std::copy_n(dy, channels, rest.begin());
      for_pixels(seen, input, [&](int pixel) {
        for (int c = 0; c < channels; ++c) {
          const bool here = x[pixel + c] == y[c];
          dx[pixel + c] += here ? rest[static_cast<size_t>(c)] : 0.0f;
          rest[static_cast<size_t>(c)] = here ? 0.0f : rest[static_cast<size_t>(c)];
        }
      });
    }
}

void global_average_forward(Shape input, const float* x, float* y) {
  const int pixels = input.height * input.width;
  std::fill_n(y, input.channels, 0.0f);
  for (int p = 0; p < pixels; ++p)
    for (int c = 0; c < input.channels; ++c) y[c] += x[p * input.channels + c];
  for (int c = 0; c < input.channels; ++c) y[c] /= static_cast<float>(pixels);
}

void global_average_backward(Shape input, const float* dy, float* dx) {
  const int pixels = input.height * input.width;
  const float share = 1.0f / static_cast<float>(pixels);
  for (int p = 0; p < pixels; ++p)
    for (int c = 0; c < input.channels; ++c) dx[p * input.channels + c] += dy[c] * share;
}

}  // namespace mho
