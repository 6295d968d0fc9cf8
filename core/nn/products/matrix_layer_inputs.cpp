// SPDX-License-Identifier: Apache-2.0
// What a product reads, brought into the layout that it wants: inputs through the DAC and with their zero
// border, output gradients with theirs or as planes.
#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "core/nn/products/matrix_layer.hpp"

namespace mho {
namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

/// Input channels up to which the gradient of a convolution's input leaves half a vector of columns empty.
constexpr int kFewInputs = 8;

/// An image with its zero border; copy(from, floats, to) converts its rows.
template <class T, class Copy>
void copy_padded(const ConvolutionGeometry& g, const float* x, T* to, Copy copy) {
  const std::int64_t row = std::int64_t{g.input.width} * g.input.channels;
  const std::int64_t left = std::int64_t{g.padding.left} * g.input.channels;
  const std::int64_t right = std::int64_t{g.padding.right} * g.input.channels;
  to = std::fill_n(to, (left + row + right) * g.padding.top, T{0});
  for (int h = 0; h < g.input.height; ++h) {
    to = std::fill_n(to, left, T{0});
    copy(x + h * row, row, to);
    to = std::fill_n(to + row, right, T{0});
  }
  std::fill_n(to, (left + row + right) * g.padding.bottom, T{0});
}

}  // namespace

const float* MatrixLayer::prepare_input(const MatrixOperand& operand, float range, const float* x,
                                        std::int64_t count, float* scratch) const {
  if (!operand.pairs.empty()) return prepare_levels(range, x, count, scratch);
  const bool dac = range > 0 && settings_.dac_levels > 0;
  if (!dac && !geometry_.is_padded()) return x;
  const auto copy = [&](const float* from, std::int64_t floats, float* to) {
    if (dac)
      kernels().quantise(from, index(floats), range, settings_.dac_levels, to);
    else
      std::copy_n(from, floats, to);
  };
  if (geometry_.is_padded())
    copy_padded(geometry_, x, scratch, copy);
  else
    copy(x, count, scratch);
  return scratch;
}

const float* MatrixLayer::prepare_levels(float range, const float* x, std::int64_t count,
                                         float* scratch) const {
  auto* levels = reinterpret_cast<std::uint16_t*>(scratch);
  const auto copy = [&](const float* from, std::int64_t floats, std::uint16_t* to) {
    bfloat16_kernels()->quantise_levels(from, index(floats), range, settings_.dac_levels, to);
  };
  if (geometry_.is_padded()) {
    copy_padded(geometry_, x, levels, copy);
    count = std::int64_t{1} * geometry_.padded_height() * geometry_.padded_width() * geometry_.input.channels;
  } else {
    copy(x, count, levels);
  }
  levels[count] = 0;  // the second half of an odd run's last pair; its weight is zero, it must be a number
  return scratch;
}
const float* MatrixLayer::prepare_gradient(const float* dy, float* scratch) const {
  const auto& margin = backward_.margin;
  if (margin == Padding{}) return dy;
  const std::int64_t channels = geometry_.output.channels, row = geometry_.output.width * channels;
  const std::int64_t padded = row + (margin.left + margin.right) * channels;
  float* to = std::fill_n(scratch, padded * margin.top, 0.0f);
  for (int h = 0; h < geometry_.output.height; ++h) {
    to = std::fill_n(to, margin.left * channels, 0.0f);
    to = std::copy_n(dy + h * row, row, to);
    to = std::fill_n(to, margin.right * channels, 0.0f);
  }
  std::fill_n(to, padded * margin.bottom, 0.0f);
  return scratch;
}

int MatrixLayer::padded_gradient_width() const {
  return geometry_.output.width + backward_.margin.left + backward_.margin.right;
}
int MatrixLayer::padded_gradient_height() const {
  return geometry_.output.height + backward_.margin.top + backward_.margin.bottom;
}

bool MatrixLayer::takes_planes() const {
  return geometry_.groups == 1 && !geometry_.is_dense() && geometry_.input.channels <= kFewInputs;
}

void MatrixLayer::split_planes(const float* dy, std::ptrdiff_t row, std::ptrdiff_t plane, float* to) const {
  const int channels = geometry_.output.channels, width = geometry_.output.width;
  for (int h = 0; h < geometry_.output.height; ++h)
    kernels().transpose(dy + std::ptrdiff_t{h} * width * channels, channels, width, channels, nullptr, 1.0f,
                        to + h * row, plane);
}

const float* MatrixLayer::prepare_planes(const float* dy, float* scratch) const {
  const std::ptrdiff_t row = padded_gradient_width(), plane = row * padded_gradient_height();
  std::fill_n(scratch, plane * geometry_.output.channels, 0.0f);
  split_planes(dy, row, plane, scratch + backward_.margin.top * row + backward_.margin.left);
  return scratch;
}

}  // namespace mho
