// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/latin_hypercube.hpp"

#include <set>

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("a Latin hypercube has one point in every part of every axis") {
  for (const int count : {1, 2, 7, 32, 101}) {
    const auto points = latin_hypercube(count, 15, RandomKey(1));
    REQUIRE(std::ssize(points) == count);
    for (size_t d = 0; d < 15; ++d) {
      std::set<int> parts;
      for (const auto& point : points) {
        REQUIRE(point[d] >= 0);
        REQUIRE(point[d] < 1);
        parts.insert(static_cast<int>(point[d] * count));
      }
      REQUIRE(std::ssize(parts) == count);
    }
  }
}

TEST_CASE("a Latin hypercube is a function of its key, and its axes differ") {
  const auto points = latin_hypercube(16, 3, RandomKey(1));
  CHECK(points == latin_hypercube(16, 3, RandomKey(1)));
  CHECK(points != latin_hypercube(16, 3, RandomKey(2)));
  for (const auto& point : points) CHECK(point[0] != point[1]);
}
