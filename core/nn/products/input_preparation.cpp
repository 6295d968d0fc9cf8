// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/input_preparation.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {
namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

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

const float* InputPreparation::prepare_input(const MatrixCall& call, float range) const {
  if (!call.operand.pairs.empty()) return prepare_levels(call, range);
  const bool dac = range > 0 && settings_.dac_levels > 0;
  if (!dac && !geometry_.is_padded()) return call.x;
  const auto copy = [&](const float* from, std::int64_t floats, float* to) {
    if (dac)
      kernels().quantise(from, index(floats), range, settings_.dac_levels, to);
    else
      std::copy_n(from, floats, to);
  };
  if (geometry_.is_padded())
    copy_padded(geometry_, call.x, call.scratch, copy);
  else
    copy(call.x, call.images * layout_.input_size(), call.scratch);
  return call.scratch;
}

const float* InputPreparation::prepare_levels(const MatrixCall& call, float range) const {
  auto* levels = reinterpret_cast<std::uint16_t*>(call.scratch);
  const auto copy = [&](const float* from, std::int64_t floats, std::uint16_t* to) {
    bfloat16_kernels()->quantise_levels(from, index(floats), range, settings_.dac_levels, to);
  };
  std::int64_t count = call.images * layout_.input_size();
  if (geometry_.is_padded()) {
    copy_padded(geometry_, call.x, levels, copy);
    count = std::int64_t{1} * geometry_.padded_height() * geometry_.padded_width() * geometry_.input.channels;
  } else {
    copy(call.x, count, levels);
  }
  levels[count] = 0;  // the second half of an odd run's last pair; its weight is zero, it must be a number
  return call.scratch;
}

const float* InputPreparation::prepare_gradient(const float* dy, float* scratch) const {
  return layout_.takes_planes() ? pad_planes(dy, scratch) : pad_gradient(dy, scratch);
}

const float* InputPreparation::pad_gradient(const float* dy, float* scratch) const {
  const auto& margin = layout_.backward_geometry().margin;
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

const float* InputPreparation::pad_planes(const float* dy, float* scratch) const {
  const auto& margin = layout_.backward_geometry().margin;
  const std::ptrdiff_t row = layout_.padded_gradient_width(), plane = row * layout_.padded_gradient_height();
  std::fill_n(scratch, plane * geometry_.output.channels, 0.0f);
  split_planes(dy, row, plane, scratch + margin.top * row + margin.left);
  return scratch;
}

void InputPreparation::prepare_gradient_planes(const float* dy, float* planes) const {
  const auto& g = geometry_;
  std::fill_n(planes, layout_.gradient_plane() * g.output.channels, 0.0f);
  split_planes(dy, std::ptrdiff_t{1} * g.stride_height * g.padded_width(), layout_.gradient_plane(), planes);
}

void InputPreparation::split_planes(const float* dy, std::ptrdiff_t row, std::ptrdiff_t plane,
                                    float* to) const {
  const int channels = geometry_.output.channels, width = geometry_.output.width;
  for (int h = 0; h < geometry_.output.height; ++h)
    kernels().transpose(dy + std::ptrdiff_t{h} * width * channels, channels, width, channels, nullptr, 1.0f,
                        to + h * row, plane);
}

}  // namespace mho
