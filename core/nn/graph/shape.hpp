// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace mho {

/// One sample's activation: height x width x channels, stored row-major with channels innermost (NHWC).
struct Shape {
  int height = 1;
  int width = 1;
  int channels = 1;
  std::int64_t size() const { return std::int64_t{1} * height * width * channels; }
  bool operator==(const Shape&) const = default;
};

/// "32x32x3"
std::string to_string(const Shape& shape);

/// Largest activation of one image, in numbers: far above any network for a chip, and small enough that no
/// count overflows.
inline constexpr std::int64_t largest_activation = std::int64_t{1} << 28;

/// Throws ArchitectureError unless every side is at least 1 and the size at most largest_activation.
void check_shape(const Shape& shape, const std::string& where);

/// Zeros around an image, in pixels.
struct Padding {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  bool operator==(const Padding&) const = default;
};

/// Padding of TensorFlow's "same": output = ceil(input / stride), the odd pixel at the bottom and right.
Padding same_padding(Shape input, int kernel_height, int kernel_width, int stride_height, int stride_width);

/// A window that slides over a padded image. The default is one pixel: no window.
struct Window {
  int height = 1, width = 1;
  int stride_height = 1, stride_width = 1;
  Padding padding;
};

}  // namespace mho
