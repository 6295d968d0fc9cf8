// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/packing.hpp"

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {
namespace {

bool overlap(const Placement& a, const Rectangle& ra, const Placement& b, const Rectangle& rb) {
  return a.bin == b.bin && a.x < b.x + rb.width && b.x < a.x + ra.width && a.y < b.y + rb.height &&
         b.y < a.y + ra.height;
}

void check_valid(const std::vector<Rectangle>& rectangles, const Packing& packing, int width, int height) {
  REQUIRE(packing.placements.size() == rectangles.size());
  std::vector<bool> used(static_cast<size_t>(packing.bins), false);
  for (size_t i = 0; i < rectangles.size(); ++i) {
    const Placement& a = packing.placements[i];
    REQUIRE((a.bin >= 0 && a.bin < packing.bins && a.x >= 0 && a.y >= 0));
    REQUIRE((a.x + rectangles[i].width <= width && a.y + rectangles[i].height <= height));
    used[static_cast<size_t>(a.bin)] = true;
    for (size_t j = 0; j < i; ++j) REQUIRE(!overlap(a, rectangles[i], packing.placements[j], rectangles[j]));
  }
  CHECK(std::find(used.begin(), used.end(), false) == used.end());
}

std::vector<Rectangle> random_rectangles(Random& random, int count, int width, int height) {
  std::vector<Rectangle> rectangles;
  for (int i = 0; i < count; ++i)
    rectangles.push_back({random.integer(1, width), random.integer(1, height), random.integer(1, 1000)});
  return rectangles;
}

}  // namespace

TEST_CASE("random rectangles are all placed, in bounds, without overlap") {
  Random random(RandomKey(11));
  for (int trial = 0; trial < 60; ++trial) {
    const int width = random.integer(1, 64), height = random.integer(1, 64);
    const auto rectangles = random_rectangles(random, random.integer(1, 50), width, height);
    check_valid(rectangles, pack_rectangles(rectangles, width, height, 64), width, height);
  }
}

TEST_CASE("disjoint rectangles share no row and no column, and single ones no bin") {
  Random random(RandomKey(14));
  for (int trial = 0; trial < 40; ++trial) {
    const auto rectangles = random_rectangles(random, random.integer(1, 30), 20, 30);
    const Packing packing = pack_rectangles(rectangles, 64, 64, 64, PackingMode::disjoint);
    check_valid(rectangles, packing, 64, 64);
    for (size_t i = 0; i < rectangles.size(); ++i)
      for (size_t j = 0; j < i; ++j) {
        const Placement &a = packing.placements[i], &b = packing.placements[j];
        if (a.bin != b.bin) continue;
        CHECK((a.x + rectangles[i].width <= b.x || b.x + rectangles[j].width <= a.x));
        CHECK((a.y + rectangles[i].height <= b.y || b.y + rectangles[j].height <= a.y));
      }
    CHECK(packing.bins >= packing_bound(rectangles, 64, 64, PackingMode::disjoint));
    CHECK(pack_rectangles(rectangles, 64, 64, 64, PackingMode::none).bins == std::ssize(rectangles));
  }
}

TEST_CASE("a balanced packing keeps every bin below the work allowed, or is none") {
  Random random(RandomKey(15));
  int found = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const auto mode = trial % 2 == 0 ? PackingMode::time_shared : PackingMode::disjoint;
    const auto rectangles = random_rectangles(random, random.integer(1, 40), 20, 20);
    std::int64_t all = 0;
    for (const Rectangle& r : rectangles) all += r.work;
    const std::int64_t most = std::max<std::int64_t>(1000, all / 5);
    const auto packing = pack_balanced(rectangles, 64, 64, 8, most, mode);
    if (!packing) continue;
    ++found;
    check_valid(rectangles, *packing, 64, 64);
    CHECK(packing->bins <= 8);
    std::vector<std::int64_t> work(8, 0);
    for (size_t i = 0; i < rectangles.size(); ++i) {
      auto& own = work[static_cast<size_t>(packing->placements[i].bin)];
      own = mode == PackingMode::disjoint ? std::max(own, rectangles[i].work) : own + rectangles[i].work;
    }
    for (const std::int64_t own : work) CHECK(own <= most);
  }
  CHECK(found > 30);
  CHECK(!pack_balanced({{8, 8, 5}, {8, 8, 5}}, 8, 8, 1, 100, PackingMode::time_shared).has_value());
  CHECK(!pack_balanced({{1, 1, 5}, {1, 1, 5}}, 8, 8, 1, 9, PackingMode::time_shared).has_value());
  CHECK(pack_balanced({{1, 1, 5}, {1, 1, 5}}, 8, 8, 1, 9, PackingMode::disjoint).has_value());
}

TEST_CASE("small rectangles fill bins close to the area bound") {
  Random random(RandomKey(12));
  const auto rectangles = random_rectangles(random, 300, 16, 16);
  std::int64_t area = 0;
  for (const Rectangle& r : rectangles) area += r.width * r.height;
  const Packing packing = pack_rectangles(rectangles, 64, 64, 64);
  check_valid(rectangles, packing, 64, 64);
  CHECK(packing.bins <= area / (64 * 64) + 2);
}

TEST_CASE("a bin is filled exactly where that is possible") {
  // Four quarters and one whole bin.
  const std::vector<Rectangle> rectangles = {{4, 4, 1}, {8, 8, 1}, {4, 4, 1}, {4, 4, 1}, {4, 4, 1}};
  CHECK(pack_rectangles(rectangles, 8, 8, 4).bins == 2);
}

TEST_CASE("rectangles are never turned") {
  CHECK(pack_rectangles({{8, 2, 1}, {8, 2, 1}}, 8, 4, 4).bins == 1);
  CHECK(pack_rectangles({{2, 4, 1}, {8, 2, 1}}, 8, 4, 4).bins == 2);
}

TEST_CASE("the same rectangles give the same packing") {
  Random random(RandomKey(13));
  const auto rectangles = random_rectangles(random, 40, 50, 50);
  const Packing a = pack_rectangles(rectangles, 64, 64, 64), b = pack_rectangles(rectangles, 64, 64, 64);
  for (size_t i = 0; i < rectangles.size(); ++i) {
    CHECK(a.placements[i].bin == b.placements[i].bin);
    CHECK(a.placements[i].x == b.placements[i].x);
    CHECK(a.placements[i].y == b.placements[i].y);
  }
}

TEST_CASE("nothing takes no bin, and more than fits is still packed and counted") {
  CHECK(pack_rectangles({}, 8, 8, 4).bins == 0);
  const std::vector<Rectangle> whole(9, {8, 8, 1});
  CHECK(pack_rectangles(whole, 8, 8, 4).bins == 9);
}

TEST_CASE("impossible rectangles are told") {
  const auto pack = [](const Rectangle& r) {
    return message_of<MappingError>([&] { pack_rectangles({r}, 8, 4, 4); });
  };
  CHECK_THAT(pack({9, 1, 0}), ContainsSubstring("to 8x4 cells, got 9x1"));
  CHECK_THAT(pack({1, 5, 0}), ContainsSubstring("got 1x5"));
  CHECK_THAT(pack({0, 1, 0}), ContainsSubstring("got 0x1"));
}

}  // namespace mho
