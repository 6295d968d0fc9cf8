// SPDX-License-Identifier: Apache-2.0
#include "search/models/hypervolume.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

using Points = std::vector<std::vector<double>>;

/// Whole-number points: their hypervolume above 0 is the number of unit cells that one of them covers.
Points grid_points(int count, size_t dimensions, int side, Random& random) {
  Points points(static_cast<size_t>(count), std::vector<double>(dimensions));
  for (auto& point : points)
    for (auto& coordinate : point) coordinate = random.integer(0, side);
  return points;
}

double covered_cells(const Points& points, size_t dimensions, int side) {
  std::vector<int> cell(dimensions, 1);
  double covered = 0;
  while (true) {
    covered += std::any_of(points.begin(), points.end(), [&](const auto& point) {
      for (size_t d = 0; d < dimensions; ++d)
        if (point[d] < cell[d]) return false;
      return true;
    });
    size_t d = 0;
    while (d < dimensions && ++cell[d] > side) cell[d++] = 1;
    if (d == dimensions) return covered;
  }
}

}  // namespace

TEST_CASE("the hypervolume is the number of cells that points cover, in one to five dimensions") {
  Random random(RandomKey(1));
  for (const size_t dimensions : {1, 2, 3, 4, 5})
    for (int repeat = 0; repeat < 10; ++repeat) {
      const auto points = grid_points(12, dimensions, 6, random);
      CHECK(hypervolume(points, std::vector<double>(dimensions, 0.0)) ==
            covered_cells(points, dimensions, 6));
    }
}

TEST_CASE("what a point adds is the difference that it makes") {
  Random random(RandomKey(2));
  for (const size_t dimensions : {2, 3, 4}) {
    const std::vector<double> reference(dimensions, 0.0);
    for (int repeat = 0; repeat < 20; ++repeat) {
      auto points = grid_points(9, dimensions, 8, random);
      const auto point = grid_points(1, dimensions, 8, random)[0];
      const double before = hypervolume(points, reference), gain = hypervolume_gain(points, point, reference);
      points.push_back(point);
      CHECK(gain == hypervolume(points, reference) - before);
    }
  }
}

TEST_CASE("points below the reference add nothing, and of other dimensions are refused") {
  CHECK(hypervolume({{2, -1}, {1, 1}}, std::vector<double>{0, 0}) == 1);
  CHECK(hypervolume({}, std::vector<double>{0, 0}) == 0);
  CHECK_THROWS_AS(hypervolume({{1, 2, 3}}, std::vector<double>{0, 0}), std::invalid_argument);
}
