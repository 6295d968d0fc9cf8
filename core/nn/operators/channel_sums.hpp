// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mho {

/// Two sums a channel over a mini-batch, in double; kernels add up the images at hand in float.
struct ChannelSums {
  std::vector<double> a, b;
  std::vector<float> image_a, image_b;  ///< of the images at hand
  void reset(std::size_t channels) {
    a.assign(channels, 0);
    b.assign(channels, 0);
    image_a.resize(channels);
    image_b.resize(channels);
  }
  void clear_image() {
    std::fill(image_a.begin(), image_a.end(), 0.0f);
    std::fill(image_b.begin(), image_b.end(), 0.0f);
  }
  void add_image() {
    for (std::size_t c = 0; c < a.size(); ++c) {
      a[c] += image_a[c];
      b[c] += image_b[c];
    }
  }
};

}  // namespace mho
