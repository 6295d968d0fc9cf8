// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/depthwise_layer.hpp"

#include <algorithm>

namespace mho {
namespace {

std::size_t floats(int height, int width, int channels) {
  return static_cast<size_t>(height) * static_cast<size_t>(width) * static_cast<size_t>(channels);
}

}  // namespace

DepthwiseLayer::DepthwiseLayer(const ConvolutionGeometry& g)
    : geometry_(g),
      loops_{g.output.height, g.output.width, g.output.channels, g.padded_width(),
             g.kernel_height, g.kernel_width, g.stride_height,   g.stride_width},
      backward_loops_{g.input.height,
                      g.input.width,
                      g.input.channels,
                      g.input.width + g.kernel_width - 1,
                      g.kernel_height,
                      g.kernel_width,
                      1,
                      1} {}

bool DepthwiseLayer::gathers() const {
  const auto& g = geometry_;
  const bool borders_inside = std::max(g.padding.top, g.padding.bottom) < g.kernel_height &&
                              std::max(g.padding.left, g.padding.right) < g.kernel_width;
  return g.stride_height == 1 && g.stride_width == 1 && borders_inside;
}

std::size_t DepthwiseLayer::scratch_size() const {
  const auto& g = geometry_;
  const size_t forward = floats(g.padded_height(), g.padded_width(), g.input.channels);
  if (!gathers()) return forward + kernel_slack();
  // The padded output gradient, one image of results and the turned weights.
  const size_t gradient =
      floats(g.input.height + g.kernel_height - 1, backward_loops_.padded_width, g.input.channels);
  const size_t result = floats(g.input.height, g.input.width, g.input.channels);
  return std::max(forward, gradient + result + floats(g.kernel_height, g.kernel_width, g.input.channels)) +
         kernel_slack();
}

void DepthwiseLayer::pad(const float* image, Shape shape, const Padding& border, float* padded) {
  const std::ptrdiff_t channels = shape.channels, row = shape.width * channels;
  const std::ptrdiff_t before = border.left * channels, after = border.right * channels;
  padded = std::fill_n(padded, border.top * (before + row + after), 0.0f);
  for (int h = 0; h < shape.height; ++h) {
    padded = std::fill_n(padded, before, 0.0f);
    padded = std::copy_n(image + h * row, row, padded);
    padded = std::fill_n(padded, after, 0.0f);
  }
  std::fill_n(padded, border.bottom * (before + row + after), 0.0f);
}

void DepthwiseLayer::forward(const float* x, const float* weights, float* scratch, float* y) const {
  const auto& g = geometry_;
  pad(x, g.input, g.padding, scratch);
  kernels().depthwise(loops_, scratch, weights, y);
}

void DepthwiseLayer::add_gradient(const float* x, const float* dy, float* scratch, float* dw) const {
  const auto& g = geometry_;
  pad(x, g.input, g.padding, scratch);
  kernels().depthwise_gradient(loops_, scratch, dy, dw);
}

void DepthwiseLayer::backward(const float* dy, const float* weights, bool accumulate, float* scratch,
                              float* dx) const {
  const auto& g = geometry_;
  const int channels = g.input.channels;
  if (gathers()) {  // a convolution of the padded output gradient with the weights turned by half a turn
    const int taps = g.kernel_height * g.kernel_width, height = g.input.height + g.kernel_height - 1;
    float* result = scratch + floats(height, backward_loops_.padded_width, channels);
    float* turned = result + floats(g.input.height, g.input.width, channels);
    for (int t = 0; t < taps; ++t)
      std::copy_n(weights + (taps - 1 - t) * channels, channels, turned + t * channels);
    const int top = g.kernel_height - 1 - g.padding.top, left = g.kernel_width - 1 - g.padding.left;
    pad(dy, g.output,
        {top, height - top - g.output.height, left, backward_loops_.padded_width - left - g.output.width},
        scratch);
    kernels().depthwise(backward_loops_, scratch, turned, accumulate ? result : dx);
    if (accumulate) kernels().add(result, static_cast<size_t>(g.input.size()), dx);
    return;
  }
  if (!accumulate) std::fill_n(dx, g.input.size(), 0.0f);
  std::fill_n(scratch, floats(g.padded_height(), g.padded_width(), channels), 0.0f);
  kernels().depthwise_backward(loops_, dy, weights, scratch);
  const std::ptrdiff_t row = std::ptrdiff_t{1} * g.input.width * channels;
  for (int h = 0; h < g.input.height; ++h)
    kernels().add(
        scratch + (std::ptrdiff_t{1} * (h + g.padding.top) * g.padded_width() + g.padding.left) * channels,
        static_cast<size_t>(row), dx + h * row);
}

}  // namespace mho
