// SPDX-License-Identifier: Apache-2.0
#include "core/analog/conductance_mapping.hpp"

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

HardwareConfig hardware_of(const std::string& scaling, int crossbar_rows, int crossbar_columns) {
  HardwareConfig hardware;
  hardware.weight_scaling = scaling;
  hardware.crossbar_rows = crossbar_rows;
  hardware.crossbar_columns = crossbar_columns;
  return hardware;
}

}  // namespace

TEST_CASE("Conductances turn back into the weights, for both scalings and any size") {
  Random random(RandomKey(1));
  for (int round = 0; round < 60; ++round) {
    const int rows = random.integer(1, 50), columns = random.integer(1, 50);
    const auto hardware =
        hardware_of(round % 2 ? "column" : "tile", random.integer(1, 30), random.integer(1, 30));
    const auto weights = random_weights(rows, columns, static_cast<std::uint64_t>(round));
    const auto t = map_to_conductances(weights, rows, columns, hardware);
    REQUIRE(t.scales.size() == static_cast<size_t>(t.row_splits * columns));
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c) {
        const auto i = static_cast<size_t>(r * columns + c);
        const float scale = t.scales[static_cast<size_t>(t.row_split_of(r) * columns + c)];
        const double back = (t.plus_us[i] - t.minus_us[i]) / hardware.g_max_us * scale;
        REQUIRE(back == Approx(weights[i]).epsilon(1e-6));
        REQUIRE(std::min(t.plus_us[i], t.minus_us[i]) == 0);
        REQUIRE(std::max(t.plus_us[i], t.minus_us[i]) <= static_cast<float>(hardware.g_max_us) * 1.000001f);
      }
  }
}

TEST_CASE("The largest weight of its group becomes g_max") {
  const std::vector<float> weights{1, -4, 2, 2};  // 2 x 2
  SECTION("of its column") {
    const auto t = map_to_conductances(weights, 2, 2, hardware_of("column", 2, 2));
    CHECK(t.scales == std::vector<float>{2, 4});
    CHECK(t.plus_us == std::vector<float>{12.5, 0, 25, 12.5});
    CHECK(t.minus_us == std::vector<float>{0, 25, 0, 0});
  }
  SECTION("of its tile") {
    const auto t = map_to_conductances(weights, 2, 2, hardware_of("tile", 2, 2));
    CHECK(t.scales == std::vector<float>{4, 4});
    CHECK(t.plus_us == std::vector<float>{6.25, 0, 12.5, 12.5});
  }
  SECTION("of its part of the column when rows are split") {
    const auto t = map_to_conductances(weights, 2, 2, hardware_of("column", 1, 2));
    CHECK(t.row_splits == 2);
    CHECK(t.scales == std::vector<float>{1, 4, 2, 2});
    CHECK(t.row_split_of(1) == 1);
  }
}

TEST_CASE("A column of zeros gets scale 0 and no conductance") {
  const auto t = map_to_conductances(std::vector<float>{0, 1, 0, -2}, 2, 2, hardware_of("column", 2, 2));
  CHECK(t.scales == std::vector<float>{0, 2});
  CHECK(t.plus_us == std::vector<float>{0, 12.5, 0, 0});
  CHECK(t.minus_us == std::vector<float>{0, 0, 0, 25});
  for (const float g : t.minus_us) CHECK_FALSE(std::signbit(g));
}

TEST_CASE("Weights that cannot be mapped are told with their place") {
  const auto hardware = hardware_of("column", 8, 8);
  std::vector<float> weights(6, 1.0f);
  weights[5] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(map_to_conductances(weights, 2, 3, hardware), MappingError);
  CHECK_THROWS_WITH(map_to_conductances(weights, 2, 3, hardware), ContainsSubstring("row 1, column 2"));
  weights[5] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(map_to_conductances(weights, 2, 3, hardware), ContainsSubstring("got nan"));
  CHECK_THROWS_WITH(map_to_conductances(std::vector<float>{1, 2}, 2, 3, hardware),
                    ContainsSubstring("expected 2 x 3 weights, got 2"));
}

TEST_CASE("A scaling or g_max that does not exist is refused") {
  auto hardware = hardware_of("colum", 8, 8);
  CHECK_THROWS_AS(map_to_conductances(std::vector<float>{1}, 1, 1, hardware), ConfigError);
  CHECK_THROWS_WITH(map_to_conductances(std::vector<float>{1}, 1, 1, hardware),
                    ContainsSubstring("did you mean 'column'"));
  hardware = hardware_of("column", 8, 8);
  hardware.g_max_us = -1;
  CHECK_THROWS_WITH(map_to_conductances(std::vector<float>{1}, 1, 1, hardware),
                    ContainsSubstring("g_max_us"));
}
