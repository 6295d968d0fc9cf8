// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/input_preparation.hpp"

#include <algorithm>

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {
namespace {

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

/// An image with a zero border; copy(from, floats, to) converts its rows.
template <class T, class Copy>
void copy_padded(Shape image, const Padding& border, const float* x, T* to, Copy copy) {
  const std::int64_t row = std::int64_t{image.width} * image.channels;
  const std::int64_t left = std::int64_t{border.left} * image.channels;
  const std::int64_t right = std::int64_t{border.right} * image.channels;
  to = std::fill_n(to, (left + row + right) * border.top, T{0});
  for (int h = 0; h < image.height; ++h) {
    to = std::fill_n(to, left, T{0});
    copy(x + h * row, row, to);
    to = std::fill_n(to + row, right, T{0});
  }
  std::fill_n(to, (left + row + right) * border.bottom, T{0});
}

}  // namespace

const float* InputPreparation::prepare_input(const MatrixCall& call, float range) const {
  return call.operand.pairs.empty() ? prepare_floats(call, range) : round_input(call, range);
}

const float* InputPreparation::prepare_floats(const MatrixCall& call, float range) const {
  const bool dac = settings_.converts(range);
  if (!dac && !geometry_.is_padded()) return call.x;
  const auto copy = [&](const float* from, std::int64_t floats, float* to) {
    if (dac)
      kernels().quantise(from, index(floats), range, settings_.dac_levels, to);
    else
      std::copy_n(from, floats, to);
  };
  if (geometry_.is_padded())
    copy_padded(geometry_.input, geometry_.padding, call.x, call.scratch, copy);
  else
    copy(call.x, call.images * layout_.input_size(), call.scratch);
  return call.scratch;
}

const float* InputPreparation::round_input(const MatrixCall& call, float range) const {
  const bool dac = settings_.converts(range);
  const auto copy = [&](const float* from, std::int64_t floats, std::uint16_t* to) {
    if (dac)
      bfloat16_kernels().quantise_levels(from, index(floats), range, settings_.dac_levels, to);
    else
      bfloat16_kernels().round(from, index(floats), to);
  };
  const auto& g = geometry_;
  const std::int64_t count = g.is_padded()
                                 ? std::int64_t{1} * g.padded_height() * g.padded_width() * g.input.channels
                                 : call.images * layout_.input_size();
  auto* slots = reinterpret_cast<std::uint16_t*>(call.scratch);
  auto* levels = layout_.takes_neighbours() ? slots + count : slots;
  if (g.is_padded())
    copy_padded(g.input, g.padding, call.x, levels, copy);
  else
    copy(call.x, count, levels);
  levels[count] = 0;  // the second half of an odd run's last pair; its weight is zero, it must be a number
  if (layout_.takes_neighbours()) pair_neighbours(count, slots);
  return call.scratch;
}

void InputPreparation::pair_neighbours(std::int64_t count, std::uint16_t* slots) {
  const std::uint16_t* halves = slots + count;
  for (std::int64_t i = 0; i < count; ++i) {  // a slot ends below the halves that later ones read
    const std::uint16_t pair[] = {halves[i], halves[i + 1]};
    std::copy_n(pair, 2, slots + 2 * i);
  }
}

void InputPreparation::pair_inputs(const MatrixCall& call, float range, float* slots) const {
  const std::int64_t image = layout_.input_size();
  const bool dac = settings_.converts(range);
  for (int i = 0; i < call.images; i += 2) {
    const float* first = call.x + i * image;
    const std::ptrdiff_t to_second = i + 1 < call.images ? image : 0;
    const auto copy = [&](const float* from, std::int64_t floats, float* to) {
      const float* second = to_second > 0 ? from + to_second : nullptr;
      if (dac)
        bfloat16_kernels().quantise_pairs(from, second, index(floats), range, settings_.dac_levels, to);
      else
        bfloat16_kernels().round_pairs(from, second, index(floats), 1, to);
    };
    if (geometry_.is_padded())
      copy_padded(geometry_.input, geometry_.padding, first, slots, copy);
    else
      copy(first, image, slots + i / 2 * image);
  }
}

void InputPreparation::pair_gradients(const float* dy, int images, float* slots) const {
  const std::int64_t size = layout_.output_size();
  for (int i = 0; i < images; i += 2, dy += 2 * size, slots += size)
    bfloat16_kernels().round_pairs(dy, i + 1 < images ? dy + size : nullptr, index(size), 1, slots);
}

const float* InputPreparation::prepare_gradient(const float* dy, float* scratch) const {
  return layout_.takes_planes() ? pad_planes(dy, scratch) : pad_gradient(dy, scratch);
}

const float* InputPreparation::pad_gradient(const float* dy, float* scratch) const {
  if (layout_.backward_geometry().margin == Padding{}) return dy;
  copy_padded(geometry_.output, layout_.backward_geometry().margin, dy, scratch,
              [](const float* from, std::int64_t floats, float* to) { std::copy_n(from, floats, to); });
  return scratch;
}

const float* InputPreparation::round_gradient(const float* dy, int images, float* scratch) const {
  if (layout_.takes_planes()) return round_planes(dy, scratch);
  auto* to = reinterpret_cast<std::uint16_t*>(scratch);
  const auto round = [](const float* from, std::int64_t floats, std::uint16_t* halves) {
    bfloat16_kernels().round(from, index(floats), halves);
  };
  const Padding& margin = layout_.backward_geometry().margin;
  std::int64_t count = images * layout_.output_size();
  if (margin == Padding{}) {
    round(dy, count, to);
  } else {
    copy_padded(geometry_.output, margin, dy, to, round);
    count = std::int64_t{1} * layout_.padded_gradient_height() * layout_.padded_gradient_width() *
            geometry_.output.channels;
  }
  to[count] = 0;  // as in round_input
  return scratch;
}

const float* InputPreparation::pad_planes(const float* dy, float* scratch) const {
  const auto& margin = layout_.backward_geometry().margin;
  const std::ptrdiff_t row = layout_.padded_gradient_width(), plane = row * layout_.padded_gradient_height();
  std::fill_n(scratch, plane * geometry_.output.channels, 0.0f);
  split_planes(dy, row, plane, scratch + margin.top * row + margin.left);
  return scratch;
}

const float* InputPreparation::round_planes(const float* dy, float* scratch) const {
  pad_planes(dy, scratch);
  const std::ptrdiff_t plane =
      std::ptrdiff_t{1} * layout_.padded_gradient_width() * layout_.padded_gradient_height();
  const int channels = geometry_.output.channels;
  for (int c = 0; c < channels; c += 2) {  // in place: whoever reads plane c / 2 has done so by then
    const float* first = scratch + c * plane;
    bfloat16_kernels().round_pairs(first, c + 1 < channels ? first + plane : nullptr, index(plane), 1,
                                   scratch + c / 2 * plane);
  }
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
