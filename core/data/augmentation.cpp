// SPDX-License-Identifier: Apache-2.0
#include "core/data/augmentation.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// The largest shift along a side of `size` pixels.
int largest_shift(int size) { return std::min(std::max(size / 8, 1), size - 1); }

void check(size_t image, size_t out, const ImageSize& in) {
  const bool possible = in.height > 0 && in.width > 0 && in.channels > 0;
  const auto size = possible ? size_t{1} * in.height * in.width * in.channels : 0;
  if (!possible || image != size || out != size)
    throw InputError("augmentation: expected images of " + std::to_string(size) + " values, got " +
                     std::to_string(image) + " and " + std::to_string(out));
}

}  // namespace

void augment(std::span<const float> image, const ImageSize& size, Augmentation kind, RandomKey key,
             std::span<float> out) {
  check(image.size(), out.size(), size);
  const auto [height, width, channels] = size;
  if (kind == Augmentation::none) {
    std::copy(image.begin(), image.end(), out.begin());
    return;
  }
  Random random(key);
  const int down = random.integer(-largest_shift(height), largest_shift(height));
  const int right = random.integer(-largest_shift(width), largest_shift(width));
  const bool mirrored = kind == Augmentation::crop_flip && random.chance(0.5);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const int from_y = y - down, from_x = (mirrored ? width - 1 - x : x) - right;
      float* pixel = out.data() + (static_cast<size_t>(y) * width + x) * channels;
      if (from_y < 0 || from_y >= height || from_x < 0 || from_x >= width)
        std::fill_n(pixel, channels, 0.0f);
      else
        std::copy_n(image.data() + (static_cast<size_t>(from_y) * width + from_x) * channels, channels,
                    pixel);
    }
}

}  // namespace mho
