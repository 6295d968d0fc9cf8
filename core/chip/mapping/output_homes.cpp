// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/output_homes.hpp"

#include <algorithm>

namespace mho {
namespace {

std::int64_t pixels_of(const Shape& shape) { return std::int64_t{1} * shape.height * shape.width; }

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Output pixels whose window's corner lies before input pixel `pixel`.
std::int64_t made_before(std::int64_t pixel, const Window& window, const Shape& input, const Shape& output) {
  if (pixel >= pixels_of(input)) return pixels_of(output);
  const std::int64_t row = pixel / input.width, column = pixel % input.width;
  const std::int64_t rows = std::min<std::int64_t>(divide_up(row, window.stride_height), output.height);
  const bool cut = row % window.stride_height == 0 && rows < output.height;
  const std::int64_t columns =
      cut ? std::min<std::int64_t>(divide_up(column, window.stride_width), output.width) : 0;
  return rows * output.width + columns;
}

}  // namespace

Range overlap(const Range& a, const Range& b) {
  const std::int64_t first = std::max(a.first, b.first), last = std::min(a.last(), b.last());
  return {first, std::max<std::int64_t>(0, last - first)};
}

Range needed_pixels(const Window& window, const Shape& input, const Shape& output, const Range& made) {
  if (made.count == 0) return {};
  // A single pixel a window needs no rows around it.
  if (window.height == 1 && window.width == 1 && window.stride_height == 1 && window.stride_width == 1 &&
      input.width == output.width)
    return made;
  const std::int64_t first_row = made.first / output.width, last_row = (made.last() - 1) / output.width;
  const std::int64_t bottom = input.height - 1;
  const auto from =
      std::clamp<std::int64_t>(first_row * window.stride_height - window.padding.top, 0, bottom);
  const auto to = std::clamp<std::int64_t>(
      last_row * window.stride_height - window.padding.top + window.height - 1, 0, bottom);
  return {from * input.width, (to - from + 1) * input.width};
}

Homes homes_in_place(const Homes& inputs, const Window& window, const Shape& input, const Shape& output) {
  Homes homes;
  for (const Home& home : inputs) {
    const std::int64_t first = made_before(home.pixels.first, window, input, output);
    const std::int64_t last = made_before(home.pixels.last(), window, input, output);
    const std::int64_t low = home.channels.first * output.channels / input.channels;
    const std::int64_t high = home.channels.last() * output.channels / input.channels;
    if (last > first && high > low) homes.push_back({{low, high - low}, {first, last - first}, home.core});
  }
  return homes;
}

}  // namespace mho
