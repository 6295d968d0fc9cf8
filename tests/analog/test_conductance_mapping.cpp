// SPDX-License-Identifier: Apache-2.0
#include "core/analog/mapping/conductance_mapping.hpp"

#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::vector<float> random_weights(int rows, int columns, std::uint64_t seed) {
  std::vector<float> weights(static_cast<size_t>(rows) * static_cast<size_t>(columns));
  fill_normal(RandomKey(seed), weights);
  return weights;
}

HardwareConfig hardware_of(WeightScaling scaling, int crossbar_rows, int crossbar_columns) {
  HardwareConfig hardware;
  hardware.weight_scaling = scaling;
  hardware.crossbar_rows = crossbar_rows;
  hardware.crossbar_columns = crossbar_columns;
  return hardware;
}

void draw_cell(Random& random, CellConfig& mapping) {
  mapping.devices_per_cell = 8;
  if (random.chance(.25)) {
    mapping.kind = CellKind::single;
    return;
  }
  mapping.pair_significances.resize(static_cast<size_t>(random.integer(1, 4)));
  for (auto& significance : mapping.pair_significances) significance = .1 + 5 * random.uniform();
}

/// Weight over its scale that the targets stand for.
double weight_of(const ConductanceTargets& t, size_t weight) {
  double sum = 0;
  for (size_t p = 0; p < t.targets_us.size(); ++p) {
    const auto& plane = t.cell.planes[p];
    sum += plane.factor * (double{t.targets_us[p][weight]} - plane.reference_us);
  }
  return sum / t.cell.unit_us;
}

}  // namespace

TEST_CASE("Conductances turn back into the weights, for every cell, scaling, range and size") {
  Random random(RandomKey(1));
  for (int round = 0; round < 240; ++round) {
    const int rows = random.integer(1, 50), columns = random.integer(1, 50);
    auto hardware = hardware_of(round % 2 ? WeightScaling::column : WeightScaling::tile,
                                random.integer(1, 30), random.integer(1, 30));
    draw_cell(random, hardware.cell);
    const ConductanceRange range{random.chance(.5) ? 0.0 : 9.0, 88.2};
    auto weights = random_weights(rows, columns, static_cast<std::uint64_t>(round));
    for (int r = 0; r < rows; ++r) weights[static_cast<size_t>(r * columns)] = 0;  // a column of zeros
    const auto t = map_to_conductances(weights, rows, columns, hardware, range);
    REQUIRE(t.scales.size() == static_cast<size_t>(t.row_splits * columns));
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c) {
        const auto i = static_cast<size_t>(r * columns + c);
        const float scale = t.scales[static_cast<size_t>(t.row_split_of(r) * columns + c)];
        // Exact but for the rounding of conductances up to 88.2 µS.
        REQUIRE(weight_of(t, i) * scale == Approx(weights[i]).epsilon(1e-6).margin(1e-6 * scale));
        for (const auto& plane_us : t.targets_us) {
          REQUIRE(plane_us[i] >= static_cast<float>(range.min_us));
          REQUIRE(plane_us[i] <= static_cast<float>(range.max_us));
        }
      }
  }
}

TEST_CASE("Of a pair one device stays at its lowest conductance") {
  for (const double min_us : {0.0, 9.0}) {
    const auto weights = random_weights(30, 20, 1);
    auto hardware = hardware_of(WeightScaling::column, 16, 16);
    hardware.cell.pair_significances = {1, 3};
    const auto t = map_to_conductances(weights, 30, 20, hardware, ConductanceRange{min_us, 88.2});
    for (size_t i = 0; i < weights.size(); ++i)
      for (const size_t plus : {0, 2})
        REQUIRE(std::min(t.targets_us[plus][i], t.targets_us[plus + 1][i]) == static_cast<float>(min_us));
  }
}

TEST_CASE("The largest weight of its group becomes g_max") {
  const std::vector<float> weights{1, -4, 2, 2};  // 2 x 2
  SECTION("of its column") {
    const auto t = map_to_conductances(weights, 2, 2, hardware_of(WeightScaling::column, 2, 2));
    CHECK(t.scales == std::vector<float>{2, 4});
    CHECK(t.targets_us[0] == std::vector<float>{12.5, 0, 25, 12.5});
    CHECK(t.targets_us[1] == std::vector<float>{0, 25, 0, 0});
  }
  SECTION("of its tile") {
    const auto t = map_to_conductances(weights, 2, 2, hardware_of(WeightScaling::tile, 2, 2));
    CHECK(t.scales == std::vector<float>{4, 4});
    CHECK(t.targets_us[0] == std::vector<float>{6.25, 0, 12.5, 12.5});
  }
  SECTION("of its part of the column when rows are split") {
    const auto t = map_to_conductances(weights, 2, 2, hardware_of(WeightScaling::column, 1, 2));
    CHECK(t.row_splits == 2);
    CHECK(t.scales == std::vector<float>{1, 4, 2, 2});
    CHECK(t.row_split_of(1) == 1);
  }
}

TEST_CASE("A column of zeros gets scale 0 and no conductance") {
  const auto t =
      map_to_conductances(std::vector<float>{0, 1, 0, -2}, 2, 2, hardware_of(WeightScaling::column, 2, 2));
  CHECK(t.scales == std::vector<float>{0, 2});
  CHECK(t.targets_us[0] == std::vector<float>{0, 12.5, 0, 0});
  CHECK(t.targets_us[1] == std::vector<float>{0, 0, 0, 25});
  for (const float g : t.targets_us[1]) CHECK_FALSE(std::signbit(g));
}

TEST_CASE("A column of zeros lies in the middle of a single device's range") {
  auto hardware = hardware_of(WeightScaling::column, 2, 2);
  hardware.cell.kind = CellKind::single;
  const auto t =
      map_to_conductances(std::vector<float>{0, 1, 0, -2}, 2, 2, hardware, ConductanceRange{9, 89});
  CHECK(t.scales == std::vector<float>{0, 2});
  CHECK(t.targets_us == std::vector<std::vector<float>>{{49, 69, 49, 9}});
  CHECK(t.cell.unit_us == 40);
  CHECK(t.cell.planes[0].reference_us == 49);
}

TEST_CASE("Pairs of low significance fill first, each from where the one before is full") {
  auto hardware = hardware_of(WeightScaling::column, 8, 8);
  hardware.cell.devices_per_cell = 6;
  hardware.cell.pair_significances = {4, 1, 2};  // full: 7 x 10 µS
  const std::vector<float> weights{7, -7, .5f, 2, -2, 5, 0};
  const auto t = map_to_conductances(weights, 7, 1, hardware, ConductanceRange{0, 10});
  CHECK(t.cell.unit_us == 70);
  const auto check = [&](size_t pair, const std::vector<float>& plus, const std::vector<float>& minus) {
    for (size_t i = 0; i < weights.size(); ++i) {
      CHECK(t.targets_us[2 * pair][i] == Approx(plus[i]).margin(1e-5));
      CHECK(t.targets_us[2 * pair + 1][i] == Approx(minus[i]).margin(1e-5));
    }
  };
  check(1, {10, 0, 5, 10, 0, 10, 0}, {0, 10, 0, 0, 10, 0, 0});  // up to 1
  check(2, {10, 0, 0, 5, 0, 10, 0}, {0, 10, 0, 0, 5, 0, 0});    // up to 3
  check(0, {10, 0, 0, 0, 0, 5, 0}, {0, 10, 0, 0, 0, 0, 0});     // up to 7
  CHECK(t.cell.planes[0].label == "plus");
  CHECK(t.cell.planes[5].label == "minus 3");
  CHECK(t.cell.planes[5].factor == -2);
}

TEST_CASE("Equal pairs fill in their order") {
  auto hardware = hardware_of(WeightScaling::column, 8, 8);
  hardware.cell.pair_significances = {1, 1};
  const auto t = map_to_conductances(std::vector<float>{1, -.25f}, 2, 1, hardware);
  CHECK(t.targets_us == std::vector<std::vector<float>>{{25, 0}, {0, 12.5}, {25, 0}, {0, 0}});
}

TEST_CASE("Weights that cannot be mapped are told with their place") {
  const auto hardware = hardware_of(WeightScaling::column, 8, 8);
  std::vector<float> weights(6, 1.0f);
  weights[5] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(map_to_conductances(weights, 2, 3, hardware), MappingError);
  CHECK_THROWS_WITH(map_to_conductances(weights, 2, 3, hardware), ContainsSubstring("row 1, column 2"));
  weights[5] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(map_to_conductances(weights, 2, 3, hardware), ContainsSubstring("got nan"));
  CHECK_THROWS_WITH(map_to_conductances(std::vector<float>{1, 2}, 2, 3, hardware),
                    ContainsSubstring("expected 2 x 3 weights, got 2"));
}

TEST_CASE("A g_max or range that does not exist is refused") {
  auto hardware = hardware_of(WeightScaling::column, 8, 8);
  hardware.g_max_us = -1;
  CHECK_THROWS_WITH(map_to_conductances(std::vector<float>{1}, 1, 1, hardware),
                    ContainsSubstring("g_max_us"));
  hardware = hardware_of(WeightScaling::column, 8, 8);
  for (const ConductanceRange range : {ConductanceRange{5, 5}, {-1, 5}, {6, 5}})
    CHECK_THROWS_WITH(map_to_conductances(std::vector<float>{1}, 1, 1, hardware, range),
                      ContainsSubstring("expected 0 <= lowest < highest"));
  hardware.cell.pair_significances = {1, 1, 1};
  CHECK_THROWS_AS(map_to_conductances(std::vector<float>{1}, 1, 1, hardware), ConfigError);
}
