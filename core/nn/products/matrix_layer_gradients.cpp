// SPDX-License-Identifier: Apache-2.0
// The gradient of a layer's weights.
#include <algorithm>

#include "core/nn/products/matrix_layer.hpp"

namespace mho {
namespace {

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
  add_rows_gradient(gradient_runs_.data(), operand, x, dy, images, accumulate, scratch, packed);
}

void MatrixLayer::add_rows_gradient(const std::vector<RowRun>* runs, const MatrixOperand& operand,
                                    const float* x, const float* dy, int images, bool accumulate,
                                    float* scratch, float* packed) const {
  const auto& g = geometry_;
  const int step = g.is_dense() ? std::min(images, kDenseImages) : 1;
  float* planes = scratch + std::ptrdiff_t{1} * g.padded_height() * g.padded_width() * g.input.channels;
  MatrixGradient m;
  m.w_row = padded_columns(g.group_outputs());
  m.factor = operand.input_range > 0 ? operand.input_range : 1.0f;  // x is in units of it
  for (int i = 0; i < images; i += step) {
    const int count = std::min(step, images - i);
    m.x = prepare_input(operand, operand.input_range, x + i * input_size(), count * input_size(), scratch);
    m.w = packed;
    m.accumulate = accumulate || i > 0;
    gradient_some(runs, dy + i * output_size(), count, planes, m);
  }
}

void MatrixLayer::gradient_some(const std::vector<RowRun>* runs, const float* dy, int images, float* planes,
                                MatrixGradient m) const {
  const auto& g = geometry_;
  const int outputs = g.group_outputs();
  m.x_row = std::ptrdiff_t{1} * g.stride_height * g.padded_width() * g.input.channels;
  m.x_pixel = std::ptrdiff_t{1} * g.stride_width * g.input.channels;
  m.g = dy;
  m.g_row = std::ptrdiff_t{1} * g.output.width * g.output.channels;
  m.g_pixel = g.output.channels;
  m.height = g.output.height;
  m.width = g.is_dense() ? images : g.output.width;
  m.columns = outputs;
  m.lines = g.input_lines();
  if (takes_gradient_planes()) {
    prepare_gradient_planes(dy, planes);
    m.g = planes;
    m.g_pixel = m.height = 1;
    m.lines = {};
    m.g_step = m.width = static_cast<int>(gradient_plane());
  }
  for (int group = 0; group < g.groups; ++group) {
    m.runs = runs[group].data();
    m.run_count = static_cast<int>(runs[group].size());
    kernels().gradient(m);
    m.g += outputs;
    m.w += std::int64_t{1} * g.rows() * m.w_row;
  }
}

}  // namespace mho
