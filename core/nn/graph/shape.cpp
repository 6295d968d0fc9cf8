// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Output size and padding along one side: TensorFlow's rule.
std::pair<int, int> same_side(int input, int kernel, int stride) {
  const int outputs = (input - 1) / stride + 1;
  const int total = std::max((outputs - 1) * stride + kernel - input, 0);
  return {total / 2, total - total / 2};
}

}  // namespace

std::string to_string(const Shape& shape) {
  return fmt::format("{}x{}x{}", shape.height, shape.width, shape.channels);
}

Padding same_padding(Shape input, int kernel_height, int kernel_width, int stride_height, int stride_width) {
  const auto [top, bottom] = same_side(input.height, kernel_height, stride_height);
  const auto [left, right] = same_side(input.width, kernel_width, stride_width);
  return {top, bottom, left, right};
}

void check_shape(const Shape& shape, const std::string& where) {
  const double size =
      1.0 * shape.height * shape.width * shape.channels;  // double: the product may not fit 64 bits
  if (std::min({shape.height, shape.width, shape.channels}) < 1 ||
      size > static_cast<double>(largest_activation))
    throw ArchitectureError(
        fmt::format("{}: impossible shape: expected sides of at least 1 and at most {} numbers, got {}",
                    where, largest_activation, to_string(shape)));
}

}  // namespace mho
