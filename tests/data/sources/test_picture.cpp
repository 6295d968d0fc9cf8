// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/picture.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/data/picture_files.hpp"

using namespace mho;

namespace {

std::string error_of(const std::string& bytes) {
  try {
    parse_picture(bytes, "a.png");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("PNG gives its pixels, JPEG about its pixels") {
  const std::vector<std::uint8_t> pixels{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto picture = parse_picture(png(pixels, 1, 4), "a.png");
  CHECK(picture.height == 1);
  CHECK(picture.width == 4);
  CHECK(picture.pixels == pixels);
  const auto photograph = parse_picture(jpeg(plain(16, 24, 200, 100, 50), 16, 24), "a.jpg");
  CHECK(photograph.height == 16);
  CHECK(photograph.width == 24);
  CHECK(std::abs(photograph.pixels[30] - 200) <= 3);
  CHECK(std::abs(photograph.pixels[31] - 100) <= 3);
}

TEST_CASE("A picture that is none, or not whole, is refused with the file") {
  CHECK_THAT(
      error_of("GIF89a"),
      ContainsSubstring("a.png: byte 0: expected 89 50 4e 47 (PNG) or ff d8 ff (JPEG), found 47 49 46 38"));
  CHECK_THAT(error_of(""), ContainsSubstring("found the end"));
  const auto small = png(plain(8, 8, 1, 2, 3), 8, 8);
  CHECK_THAT(error_of(small.substr(0, small.size() - 20)),
             ContainsSubstring("a.png: expected a PNG picture, found what its library refuses"));
  auto damaged = small;
  damaged[20] ^= 1;  // the width; its check sum stays
  CHECK_THAT(error_of(damaged), ContainsSubstring("a.png: expected a PNG picture"));
  std::vector<std::uint8_t> noise(64 * 64 * 3);
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i * 7919 >> 5);
  const auto photograph = jpeg(noise, 64, 64);
  CHECK(error_of(photograph) == "no error");
  CHECK_THAT(error_of(photograph.substr(0, photograph.size() / 2)),
             ContainsSubstring("a.png: expected a JPEG picture"));
  CHECK_THAT(error_of("\xff\xd8\xff\xe0 and nothing more"),
             ContainsSubstring("a.png: expected a JPEG picture"));
}

TEST_CASE("Resizing keeps one colour, averages what becomes smaller, and keeps a pixel's place") {
  const Picture one{6, 9, plain(6, 9, 10, 20, 30)};
  for (const auto fit : {PictureFit::crop, PictureFit::stretch})
    CHECK(fit_picture(one, 4, 4, fit).pixels == plain(4, 4, 10, 20, 30));
  Picture stripes{1, 8, {}};
  for (int i = 0; i < 8; ++i) stripes.pixels.insert(stripes.pixels.end(), 3, i % 2 ? 200 : 100);
  for (const int value : fit_picture(stripes, 1, 2, PictureFit::stretch).pixels)
    CHECK(std::abs(value - 150) <= 13);
  CHECK(fit_picture(stripes, 1, 8, PictureFit::stretch).pixels == stripes.pixels);
}

TEST_CASE("Cropping takes the middle, padding leaves black around the whole") {
  Picture wide{1, 4, {}};
  for (const std::uint8_t value : {10, 50, 60, 90}) wide.pixels.insert(wide.pixels.end(), 3, value);
  CHECK(fit_picture(wide, 1, 2, PictureFit::crop).pixels ==
        std::vector<std::uint8_t>{50, 50, 50, 60, 60, 60});
  const auto padded = fit_picture(wide, 4, 4, PictureFit::pad);
  CHECK(std::vector<std::uint8_t>(padded.pixels.begin() + 12, padded.pixels.begin() + 24) == wide.pixels);
  CHECK(std::count(padded.pixels.begin(), padded.pixels.end(), 0) == 36);
}

TEST_CASE("Grey is the usual sum of the colours") {
  CHECK(grey({1, 3, {255, 255, 255, 255, 0, 0, 0, 0, 255}}) == std::vector<std::uint8_t>{255, 76, 29});
}
