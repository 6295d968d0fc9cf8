// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/picture.hpp"

#include "fuzz/parsers/parsers.hpp"
#include "tests/data/picture_files.hpp"

namespace mho::fuzz {

Parser picture() {
  const auto read = [](const std::string& bytes) {
    const auto found = parse_picture(bytes, file_name);
    expect(std::ssize(found.pixels) == std::ptrdiff_t{3} * found.height * found.width,
           "pixels without a place");
  };
  auto pixels = plain(8, 8, 10, 200, 90);
  for (size_t i = 0; i < pixels.size(); i += 7) pixels[i] = static_cast<std::uint8_t>(i);
  return {"picture", {png(pixels, 8, 8), jpeg(pixels, 8, 8)}, read};
}

}  // namespace mho::fuzz
