// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/base/random.hpp"
#include "core/base/words.hpp"

namespace mho {

/// How training images are varied, see augment.
enum class Augmentation { none, crop, crop_flip };
template <>
inline constexpr std::array words_of<Augmentation>{"none", "crop", "crop_flip"};

/// Pixels and numbers a pixel of one image.
struct ImageSize {
  int height = 0;
  int width = 0;
  int channels = 0;
};

/// Writes a varied copy of one normalised image (height x width x channels) to `out`, which has the same size
/// and must not overlap it. none: the same. crop: shifted by a uniform number of pixels of at most height / 8
/// down or up and width / 8 left or right (at least 1, but less than the image), the border filled with 0,
/// the training split's mean; for 32 x 32 images these are the usual 4 pixels (He et al., CVPR 2016,
/// section 4.2). crop_flip: as crop, and with probability 1/2 mirrored left to right. Depends on the
/// arguments only. Throws InputError for sizes that do not fit.
void augment(std::span<const float> image, const ImageSize& size, Augmentation kind, RandomKey key,
             std::span<float> out);

}  // namespace mho
