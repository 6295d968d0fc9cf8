// SPDX-License-Identifier: Apache-2.0
// The gradient of a layer's weights.
#include <algorithm>

#include "core/nn/matrix_layer.hpp"

namespace mho {
namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

/// Output channels up to which the gradient of a convolution of one channel leaves half a vector of columns
/// empty.
constexpr int kFewOutputs = 8;

}  // namespace

bool MatrixLayer::takes_gradient_planes() const {
  const auto& g = geometry_;
  return !g.is_dense() && g.input.channels == 1 && g.stride_width == 1 && g.output.channels <= kFewOutputs;
}

/// Rows are as long as the input's, so that an image is one row of pixels on both sides.
std::ptrdiff_t MatrixLayer::gradient_plane() const {
  const auto& g = geometry_;
  return std::ptrdiff_t{g.output.height - 1} * g.stride_height * g.padded_width() + g.output.width;
}

void MatrixLayer::prepare_gradient_planes(const float* dy, float* planes) const {
  const auto& g = geometry_;
  std::fill_n(planes, gradient_plane() * g.output.channels, 0.0f);
  split_planes(dy, std::ptrdiff_t{1} * g.stride_height * g.padded_width(), gradient_plane(), planes);
}

void MatrixLayer::add_gradient(const MatrixOperand& operand, const float* x, const float* dy, int images,
                               bool accumulate, float* scratch, float* packed) const {
  const auto& g = geometry_;
  const int step = g.is_dense() ? std::min(images, kDenseImages) : 1;
  float* planes = scratch + std::ptrdiff_t{1} * g.padded_height() * g.padded_width() * g.input.channels;
  for (int i = 0; i < images; i += step) {
    const int count = std::min(step, images - i);
    const float* in =
        prepare_input(operand, operand.input_range, x + i * input_size(), count * input_size(), scratch);
    gradient_some(operand, in, dy + i * output_size(), count, accumulate || i > 0, planes, packed);
  }
}

void MatrixLayer::gradient_some(const MatrixOperand& operand, const float* x, const float* dy, int images,
                                bool accumulate, float* planes, float* packed) const {
  const auto& g = geometry_;
  const int outputs = g.group_outputs();
  MatrixGradient m;
  m.x = x;
  m.x_row = std::ptrdiff_t{1} * g.stride_height * g.padded_width() * g.input.channels;
  m.x_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  m.g = dy;
  m.g_row = std::ptrdiff_t{1} * g.output.width * g.output.channels;
  m.g_pixel = g.output.channels;
  m.w = packed;
  m.w_row = padded_columns(outputs);
  m.height = g.output.height;
  m.width = g.is_dense() ? images : g.output.width;
  m.columns = outputs;
  m.lines = g.input_lines();
  m.factor = operand.input_range > 0 ? operand.input_range : 1.0f;  // x is in units of it
  m.accumulate = accumulate;
  if (takes_gradient_planes()) {
    prepare_gradient_planes(dy, planes);
    m.g = planes;
    m.g_pixel = m.height = 1;
    m.lines = {};
    m.g_step = m.width = static_cast<int>(gradient_plane());
  }
  for (int group = 0; group < g.groups; ++group) {
    m.runs = gradient_runs_[index(group)].data();
    m.run_count = static_cast<int>(gradient_runs_[index(group)].size());
    kernels().gradient(m);
    m.g += outputs;
    m.w += std::int64_t{1} * g.rows() * m.w_row;
  }
}

}  // namespace mho
