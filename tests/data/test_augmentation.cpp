// SPDX-License-Identifier: Apache-2.0
#include "core/data/augmentation.hpp"

#include <algorithm>
#include <map>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::vector<float> numbered(int height, int width, int channels) {
  std::vector<float> image(static_cast<size_t>(height * width * channels));
  for (size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i + 1);
  return image;
}

std::vector<float> varied(const std::vector<float>& image, const ImageSize& size, Augmentation kind,
                          RandomKey key) {
  std::vector<float> out(image.size(), -1);
  augment(image, size, kind, key, out);
  return out;
}

/// The image shifted (and mirrored before that shift is seen), written down a second way.
std::vector<float> shifted(const std::vector<float>& image, const ImageSize& size, int down, int right,
                           bool mirrored) {
  const auto [h, w, c] = size;
  std::vector<float> out(image.size(), 0);
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      const int to_y = y + down, shifted_x = x + right, to_x = mirrored ? w - 1 - shifted_x : shifted_x;
      if (to_y < 0 || to_y >= h || to_x < 0 || to_x >= w) continue;
      for (int k = 0; k < c; ++k)
        out[static_cast<size_t>((to_y * w + to_x) * c + k)] = image[static_cast<size_t>((y * w + x) * c + k)];
    }
  return out;
}

}  // namespace

TEST_CASE("No augmentation is the identity") {
  const auto image = numbered(3, 4, 2);
  CHECK(varied(image, {3, 4, 2}, Augmentation::none, RandomKey(1)) == image);
}

TEST_CASE("The same key gives the same image, another key another one") {
  const auto image = numbered(32, 32, 3);
  CHECK(varied(image, {32, 32, 3}, Augmentation::crop, RandomKey(1)) ==
        varied(image, {32, 32, 3}, Augmentation::crop, RandomKey(1)));
  CHECK(varied(image, {32, 32, 3}, Augmentation::crop, RandomKey(1)) !=
        varied(image, {32, 32, 3}, Augmentation::crop, RandomKey(2)));
}

// Each count is binomial with n = 9000 or 18000 and p = 1/9 or 1/18.
TEST_CASE("Every shift and mirroring that is allowed occurs, equally often, and nothing else") {
  const int h = 8, w = 10, c = 2;  // shifts of -1, 0, 1 both ways
  const auto image = numbered(h, w, c);
  for (const bool flip : {false, true}) {
    std::map<std::vector<float>, int> counts;
    for (int down = -1; down <= 1; ++down)
      for (int right = -1; right <= 1; ++right) {
        counts[shifted(image, {h, w, c}, down, right, false)] = 0;
        if (flip) counts[shifted(image, {h, w, c}, down, right, true)] = 0;
      }
    const auto outcomes = counts.size();
    REQUIRE(outcomes == (flip ? 18 : 9));
    for (std::uint64_t i = 0; i < 1000 * outcomes; ++i)
      ++counts[varied(image, {h, w, c}, flip ? Augmentation::crop_flip : Augmentation::crop,
                      RandomKey(3).with("image", i))];
    CHECK(counts.size() == outcomes);
    for (const auto& [variant, count] : counts) CHECK(std::abs(count - 1000) < 5 * std::sqrt(1000.0));
  }
}

TEST_CASE("Shifts reach an eighth of each side and no further") {
  const int h = 49, w = 10;  // at most 6 and 1
  const auto image = numbered(h, w, 1);
  int largest_down = 0, largest_right = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto out = varied(image, {h, w, 1}, Augmentation::crop, RandomKey(4).with("image", i));
    int rows = 0, columns = 0;  // empty ones
    for (int y = 0; y < h; ++y) {
      const auto* row = out.data() + y * w;
      rows += std::all_of(row, row + w, [](float value) { return value == 0; });
    }
    for (int x = 0; x < w; ++x) {
      bool empty = true;
      for (int y = 0; y < h; ++y) empty &= out[static_cast<size_t>(y * w + x)] == 0;
      columns += empty;
    }
    largest_down = std::max(largest_down, rows);
    largest_right = std::max(largest_right, columns);
  }
  CHECK(largest_down == 6);
  CHECK(largest_right == 1);
}

TEST_CASE("A side of one pixel is never shifted away") {
  const auto image = numbered(1, 1, 5);
  for (std::uint64_t i = 0; i < 20; ++i)
    CHECK(varied(image, {1, 1, 5}, Augmentation::crop_flip, RandomKey(i)) == image);
}

TEST_CASE("Sizes that do not fit are refused") {
  const auto image = numbered(2, 2, 1);
  std::vector<float> out(4), small(3);
  CHECK_THROWS_AS(augment(image, {2, 2, 1}, Augmentation::crop, RandomKey(1), small), InputError);
  CHECK_THROWS_WITH(augment(image, {3, 2, 1}, Augmentation::crop, RandomKey(1), out),
                    ContainsSubstring("6 values, got 4 and 4"));
  CHECK_THROWS_AS(augment(image, {-2, -2, 1}, Augmentation::crop, RandomKey(1), out), InputError);
}
