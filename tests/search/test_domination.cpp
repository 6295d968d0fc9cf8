// SPDX-License-Identifier: Apache-2.0
#include "search/proposers/domination.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/search/helpers.hpp"

using namespace mho;

namespace {

std::vector<ObjectivePoint> random_points(int count, int values) {
  Random random(RandomKey(5));
  std::vector<ObjectivePoint> points;
  for (int i = 0; i < count; ++i)
    points.push_back({{1.0 * random.integer(0, values), 1.0 * random.integer(0, values), random.uniform()},
                      std::max(0.0, random.uniform() - 0.6)});
  return points;
}

/// Peels front after front off.
std::vector<int> ranks_by_peeling(const std::vector<ObjectivePoint>& points) {
  std::vector<int> ranks(points.size(), -1);
  for (int rank = 0; std::count(ranks.begin(), ranks.end(), -1) > 0; ++rank) {
    const auto before = ranks;
    for (size_t i = 0; i < points.size(); ++i) {
      bool beaten = before[i] >= 0;
      for (size_t j = 0; j < points.size(); ++j)
        beaten = beaten || (before[j] < 0 && dominates(points[j], points[i]));
      if (!beaten) ranks[i] = rank;
    }
  }
  return ranks;
}

}  // namespace

TEST_CASE("the smaller violation dominates, and gains count among points that keep the constraints") {
  CHECK(dominates({{0, 0}, 0}, {{9, 9}, 1}));
  CHECK(dominates({{0, 0}, 1}, {{9, 9}, 2}));
  CHECK(dominates({{1, 2}, 0}, {{1, 1}, 0}));
  CHECK_FALSE(dominates({{1, 1}, 0}, {{1, 1}, 0}));
  CHECK_FALSE(dominates({{2, 1}, 0}, {{1, 2}, 0}));
  CHECK_FALSE(dominates({{2, 2}, 1}, {{1, 1}, 1}));
}

TEST_CASE("non-dominated sorting is peeling front after front") {
  for (const int values : {3, 1000}) {
    const auto points = random_points(120, values);
    CHECK(front_ranks(points) == ranks_by_peeling(points));
  }
  CHECK(front_ranks({}).empty());
}

TEST_CASE("crowding distances are the neighbours' gaps over each objective's extent") {
  const std::vector<ObjectivePoint> points{{{0, 10}, 0}, {{4, 2}, 0}, {{1, 6}, 0}, {{10, 0}, 0}, {{0, 0}, 0}};
  const auto ranks = front_ranks(points);
  CHECK(ranks == std::vector<int>{0, 0, 0, 0, 1});
  const auto distances = crowding_distances(points, ranks);
  CHECK(std::isinf(distances[0]));
  CHECK(std::isinf(distances[3]));
  CHECK(std::isinf(distances[4]));
  CHECK(distances[1] == Approx((10 - 1) / 10.0 + (6 - 0) / 10.0));
  CHECK(distances[2] == Approx((4 - 0) / 10.0 + (10 - 2) / 10.0));
}

TEST_CASE(
    "a trial's point turns every objective so that larger is better, and knows how far T_AVM is broken") {
  auto trial = mho::testing::make_trial(3, 0.8, 0.01, 12);
  const std::vector names{Objective::accuracy_1d, Objective::energy, Objective::parameters};
  const auto point = objective_point(trial, names, {});
  REQUIRE(point);
  CHECK(point->gains == std::vector<double>{0.8, -4e-6, -1003});
  CHECK(point->violation == Approx(2));
  trial.cost.reset();
  CHECK_FALSE(objective_point(trial, names, {}));
}

TEST_CASE("fronts agree with their definition, point by point, with ties and violations") {
  Random random(RandomKey(5));
  for (const size_t objectives : {size_t{1}, size_t{2}, size_t{3}}) {
    std::vector<ObjectivePoint> points(150);
    for (auto& point : points) {
      for (size_t d = 0; d < objectives; ++d) point.gains.push_back(random.integer(0, 12));
      if (random.chance(0.3)) point.violation = random.integer(1, 4);
    }
    const auto ranks = front_ranks(points);
    for (size_t i = 0; i < points.size(); ++i) {
      int expected = 0;  // one more than the last front that holds a point that dominates it
      for (size_t j = 0; j < points.size(); ++j)
        if (dominates(points[j], points[i])) expected = std::max(expected, ranks[j] + 1);
      REQUIRE(ranks[i] == expected);
    }
  }
}

TEST_CASE("twenty thousand points of two objectives are sorted without looking at every pair") {
  Random random(RandomKey(6));
  std::vector<ObjectivePoint> points(20000);
  for (auto& point : points) point.gains = {random.uniform(), random.uniform()};
  const auto start = std::chrono::steady_clock::now();
  front_ranks(points);
  // About 0.03 s; all pairs take several seconds.
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 1);
}
