// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/words.hpp"

namespace mho {

/// A picture: height x width x 3 bytes, red, green, blue.
struct Picture {
  int height = 0, width = 0;
  std::vector<std::uint8_t> pixels;
};

/// Decodes the bytes of a PNG (libpng; transparency on black) or JPEG (libjpeg) file; `name` stands for the
/// file in messages. Throws DataError for other bytes, a picture that is damaged or cut off, and one of more
/// than 2^26 pixels.
Picture parse_picture(const std::string& bytes, const std::string& name);

/// The endings of the files that parse_picture reads.
const std::vector<std::string>& picture_endings();

/// What is done to a picture of other proportions: cut to the middle of the new shape, fitted in with black
/// around it, or stretched.
enum class PictureFit { crop, pad, stretch };
template <>
inline constexpr std::array words_of<PictureFit>{"crop", "pad", "stretch"};

/// The picture at another size. Resized by triangles as wide as a source or
/// target pixel, whichever is wider, so that small pictures do not alias.
Picture fit_picture(const Picture& picture, int height, int width, PictureFit fit);

/// One byte a pixel: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), to nearest.
std::vector<std::uint8_t> grey(const Picture& picture);

}  // namespace mho
