// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/faults.hpp"

#include <set>

#include "core/base/error.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr ConductanceRange range{2, 25};

ConductanceTargets targets_of(int rows, int columns, int crossbar) {
  HardwareConfig hardware;
  hardware.crossbar_rows = hardware.crossbar_columns = crossbar;
  return map_to_conductances(std::vector<float>(static_cast<size_t>(rows * columns), 1.0f), rows, columns,
                             hardware, range);
}

/// Five standard errors of a binomial proportion.
double rate_bound(double rate, double n) { return 5 * std::sqrt(rate * (1 - rate) / n); }

double share(const std::vector<StuckDevice>& stuck, float conductance_us, double devices) {
  return static_cast<double>(std::count_if(
             stuck.begin(), stuck.end(), [&](const auto& s) { return s.conductance_us == conductance_us; })) /
         devices;
}

}  // namespace

TEST_CASE("Devices are stuck at the given rates, in every plane for itself") {
  const auto targets = targets_of(500, 400, 256);
  constexpr double n = 200000;
  for (const auto& [reset, set] : {std::pair{.01, .003}, std::pair{.2, .7}, std::pair{0.0, .05}}) {
    const auto planes = draw_faults(targets, {reset, set, 0}, range, RandomKey(1));
    REQUIRE(planes.size() == 2);
    for (const auto& plane : planes) {
      CHECK(share(plane, 2, n) == Approx(reset).margin(rate_bound(reset, n)));
      CHECK(share(plane, 25, n) == Approx(set).margin(rate_bound(set, n)));
      for (size_t i = 1; i < plane.size(); ++i) REQUIRE(plane[i].device > plane[i - 1].device);
      REQUIRE(plane.back().device < 200000);
    }
    // Stuck in both planes as often as chance has it.
    std::set<size_t> first;
    for (const auto& s : planes[0]) first.insert(s.device);
    const double both =
        static_cast<double>(std::count_if(planes[1].begin(), planes[1].end(),
                                          [&](const auto& s) { return first.contains(s.device); })) /
        n;
    const double expected = (reset + set) * (reset + set);
    CHECK(both == Approx(expected).margin(rate_bound(expected, n)));
  }
}

TEST_CASE("A dead column is open in one tile, in all its rows and all planes") {
  const auto targets = targets_of(100, 6000, 50);
  const auto planes = draw_faults(targets, {.1, .1, .05}, range, RandomKey(2));
  std::set<size_t> dead[2];
  for (const size_t p : {0, 1})
    for (const auto& s : planes[p])
      if (s.conductance_us == 0) dead[p].insert(s.device);
  CHECK(dead[0] == dead[1]);
  CHECK(dead[0].size() % 50 == 0);
  for (const size_t device : dead[0]) {  // the whole column of the tile
    const size_t top = device / 6000 / 50 * 50;
    for (size_t row = top; row < top + 50; ++row) REQUIRE(dead[0].contains(row * 6000 + device % 6000));
  }
  CHECK(static_cast<double>(dead[0].size()) / 600000 == Approx(.05).margin(rate_bound(.05, 12000)));
  // Of the rest the stuck rates hold.
  CHECK(share(planes[0], 2, 600000.0 * .95) == Approx(.1).margin(.005));
}

TEST_CASE("No rate, no faults; rate one, all; and keys decide") {
  const auto targets = targets_of(30, 40, 256);
  for (const auto& plane : draw_faults(targets, {}, range, RandomKey(1))) CHECK(plane.empty());
  const auto all = draw_faults(targets, {1, 0, 0}, range, RandomKey(1));
  CHECK(all[0].size() == 1200);
  CHECK(share(all[0], 2, 1200) == 1);
  CHECK(share(draw_faults(targets, {0, 1, 1}, range, RandomKey(1))[1], 0, 1200) == 1);
  const auto some = [&](std::uint64_t seed) {
    const auto planes = draw_faults(targets, {.1, 0, 0}, range, RandomKey(seed));
    std::vector<size_t> devices;
    for (const auto& s : planes[0]) devices.push_back(s.device);
    return devices;
  };
  CHECK(some(1) == some(1));
  CHECK(some(1) != some(2));
  CHECK_THROWS_AS(draw_faults(targets, {2, 0, 0}, range, RandomKey(1)), ConfigError);
}
