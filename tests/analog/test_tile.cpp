// SPDX-License-Identifier: Apache-2.0
// Each effect inside a tile against its formula (docs/physics.md, "Tile I/O").
#include "core/analog/tile/tile.hpp"

#include <cmath>
#include <set>

#include "tests/analog/crossbar_helpers.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Vectors through one tile.
struct Weights {
  std::vector<float> values;
  int rows, columns;
};
std::vector<float> product(const HardwareConfig& hardware, const Weights& w, const std::vector<float>& x,
                           float range, std::uint64_t seed = 1, std::uint64_t chip = 1) {
  const FrozenMatrix crossbar(read_of(w.values, w.rows, w.columns, hardware), w.rows, w.columns, hardware,
                              {range}, RandomKey(chip));
  return forward(crossbar, x, seed);
}

/// The same input vector many times.
std::vector<float> repeated(const std::vector<float>& x, int times) {
  std::vector<float> all;
  for (int i = 0; i < times; ++i) all.insert(all.end(), x.begin(), x.end());
  return all;
}

/// Column c of y[v][columns].
std::vector<float> column_of(const std::vector<float>& y, int columns, int c) {
  std::vector<float> values;
  for (size_t i = static_cast<size_t>(c); i < y.size(); i += static_cast<size_t>(columns))
    values.push_back(y[i]);
  return values;
}

}  // namespace

TEST_CASE("stochastic input rounding uses the two nearest levels and is right on average") {
  auto hardware = ideal_io();
  hardware.dac_bits = 4;  // step 1/7
  hardware.effects.input_rounding = Rounding::stochastic;
  const int times = 20000;
  for (const float x : {0.03f, -0.5f, 0.77f, 0.99f}) {
    const auto y = product(hardware, {{1.0f}, 1, 1}, std::vector<float>(times, x), 1.0f);
    CHECK(std::set<float>(y.begin(), y.end()).size() == 2);
    const double share = x * 7 - std::floor(x * 7), deviation = std::sqrt(share * (1 - share)) / 7;
    CHECK(moments(y).mean == Approx(x).margin(mean_bound(deviation, times)));
    CHECK(moments(y).deviation == Approx(deviation).epsilon(0.05));
  }
  // On a level and beyond the range nothing is random.
  for (const float x : {3.0f / 7, 1.0f, -4.0f}) {
    const auto y = product(hardware, {{1.0f}, 1, 1}, std::vector<float>(100, x), 1.0f);
    for (const float v : y) CHECK(v == Approx(std::max(x, -1.0f)));
  }
}

TEST_CASE("stochastic output rounding is right on average where nearest rounding is not") {
  auto hardware = ideal_io();
  hardware.adc_bits = 4;
  hardware.adc_range = 7;  // step 1
  const int times = 20000;
  const std::vector<float> x(times, 1.0f);
  CHECK(moments(product(hardware, {{0.3f}, 1, 1}, x, 1.0f)).mean == 0);
  hardware.effects.output_rounding = Rounding::stochastic;
  const auto y = product(hardware, {{0.3f}, 1, 1}, x, 1.0f);
  CHECK(moments(y).mean == Approx(0.3).margin(mean_bound(std::sqrt(0.3 * 0.7), times)));
  CHECK(std::set<float>(y.begin(), y.end()) == std::set<float>{0.0f, 1.0f});
}

TEST_CASE("read weight noise has the deviation of its formula, alike for every draw") {
  auto hardware = ideal_io();
  hardware.effects.read_weight_noise = 0.05;
  const int rows = 40, columns = 8, times = 8000;
  const auto w = uniforms(rows * columns, 2), x = uniforms(rows, 3);
  const bool conductance = GENERATE(false, true);
  hardware.effects.read_weight_noise_kind =
      conductance ? ReadNoiseKind::conductance : ReadNoiseKind::additive;
  const auto y = product(hardware, {w, rows, columns}, repeated(x, times), 1.0f);
  const auto clean = exact_product(x, w, rows, columns);
  for (int c = 0; c < columns; ++c) {
    double variance = 0;
    for (int r = 0; r < rows; ++r)
      variance += x[static_cast<size_t>(r)] * x[static_cast<size_t>(r)] *
                  (conductance ? std::fabs(w[static_cast<size_t>(r * columns + c)]) : 1.0f);
    const double deviation = 0.05 * std::sqrt(variance);
    auto values = column_of(y, columns, c);
    CHECK(moments(values).mean == Approx(clean[static_cast<size_t>(c)]).margin(mean_bound(deviation, times)));
    CHECK(moments(values).deviation == Approx(deviation).margin(deviation_bound(deviation, times)));
    for (auto& v : values) v = static_cast<float>((v - clean[static_cast<size_t>(c)]) / deviation);
    CHECK(kolmogorov_smirnov(values, normal_cdf) < 2.2);  // one column of ten thousand lies above
  }
}

TEST_CASE("noise management makes products scale with their inputs") {
  HardwareConfig hardware = ideal_io();
  hardware.dac_bits = 6;
  hardware.adc_bits = 6;
  hardware.output_noise = 0.1;
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.effects.output_rounding = GENERATE(Rounding::nearest, Rounding::stochastic);
  const int rows = 30, columns = 9;
  const auto w = uniforms(rows * columns, 2);
  const auto x = normals(200 * rows, 3);
  const auto scaled = [&](float factor) {
    auto values = x;
    for (auto& v : values) v *= factor;
    return product(hardware, {w, rows, columns}, values, 1.0f);
  };
  const auto y = scaled(1);
  for (const float factor : {0x1p-20f, 0.5f, 4.0f, 0x1p30f}) {
    const auto z = scaled(factor);
    for (size_t i = 0; i < y.size(); ++i) REQUIRE(z[i] == y[i] * factor);
  }
  hardware.dac_bits = 0;  // no borders that another rounding of the scale could cross
  hardware.adc_bits = 0;
  hardware.effects.output_rounding = Rounding::nearest;
  const auto plain = scaled(1), z = scaled(1.7f);
  for (size_t i = 0; i < y.size(); ++i) REQUIRE(z[i] == Approx(1.7f * plain[i]).epsilon(1e-4).margin(1e-5));
}

TEST_CASE("noise management uses each tile's own largest input, and an all-zero vector gives zero") {
  auto hardware = ideal_io();
  hardware.dac_bits = 8;
  hardware.output_noise = 0.1;
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.crossbar_rows = 2;
  // The second tile's inputs are tiny: at full scale 1 they would be noise only.
  const auto y = product(hardware, {{1, 0, 0, 0, 0, 1, 0, 0}, 4, 2}, {1, 1, 1e-4f, 1e-4f}, 1.0f);
  CHECK(y[0] == Approx(1).margin(0.6));
  const auto small = product(hardware, {{0, 1, 0, 1}, 4, 1}, {0, 0, 1e-4f, 1e-4f}, 1.0f);
  CHECK(small[0] == Approx(1e-4).margin(6e-5));
  CHECK(product(hardware, {{1, 1}, 2, 1}, {0, 0}, 1.0f)[0] == 0);
}

TEST_CASE("bound management lifts saturation, vector by vector") {
  auto hardware = ideal_io();
  hardware.dac_bits = hardware.adc_bits = 8;
  hardware.adc_range = 4;
  const int rows = 64, columns = 6;
  const std::vector<float> w(static_cast<size_t>(rows * columns), 1.0f);
  std::vector<float> x;  // sums of 2, 16, 64 and -30
  for (const float value : {2.0f, 16.0f, 64.0f, -30.0f})
    for (int r = 0; r < rows; ++r) x.push_back(value / 64);
  const auto clipped = product(hardware, {w, rows, columns}, x, 1.0f);
  hardware.effects.bound_management = BoundManagement::iterative;
  const auto lifted = product(hardware, {w, rows, columns}, x, 1.0f);
  for (int c = 0; c < columns; ++c) {
    const auto at = [&](const std::vector<float>& y, int v) {
      return y[static_cast<size_t>(v * columns + c)];
    };
    CHECK(at(clipped, 1) == Approx(4));
    CHECK(at(clipped, 3) == Approx(-4));
    CHECK(at(lifted, 0) == at(clipped, 0));  // this one fitted
    // Input steps of 1/127 on 64 rows and output steps of 8/254, at factors of 4, 16 and 8.
    CHECK(at(lifted, 1) == Approx(16).margin(4 * (0.5 * 64 / 127 + 4.0 / 254)));
    CHECK(at(lifted, 2) == Approx(64).margin(16 * (0.5 * 64 / 127 + 4.0 / 254)));
    CHECK(at(lifted, 3) == Approx(-30).margin(8 * (0.5 * 64 / 127 + 4.0 / 254)));
  }
}

TEST_CASE("bound management gives up at its largest factor instead of hanging") {
  auto hardware = ideal_io();
  hardware.adc_bits = 8;
  hardware.adc_range = 1;
  hardware.effects.bound_management = BoundManagement::iterative;
  const std::vector<float> full{1e6f};
  CHECK(product(hardware, {{1.0f}, 1, 1}, full, 1e6f)[0] == Approx(1e6));
  const std::vector<float> w(4000, 1.0f), x(4000, 1.0f);  // 4000 > 512 x range
  CHECK(product(hardware, {w, 4000, 1}, x, 1.0f)[0] == Approx(512));
  const float infinite = INFINITY;
  CHECK_NOTHROW(product(hardware, {{1.0f}, 1, 1}, {infinite}, 1.0f));
  CHECK_NOTHROW(product(hardware, {{1.0f}, 1, 1}, {std::nanf("")}, 1.0f));
}

TEST_CASE("the S-shape is y (1 + n/2)^2 / (1 + n |y| / range)") {
  auto hardware = ideal_io();
  hardware.adc_range = 5;
  hardware.effects.s_shape = 0.4;
  const std::vector<float> x{-4, -1, -0.1f, 0, 0.3f, 2.5f, 5};
  const auto y = product(hardware, {{1.0f}, 1, 1}, x, 0.0f);
  for (size_t i = 0; i < x.size(); ++i)
    CHECK(y[i] == Approx(x[i] * 1.44 / (1 + 0.4 * std::fabs(x[i]) / 5)).epsilon(1e-5));
}

TEST_CASE("the S-shape's n varies over columns as asked and stays with the chip") {
  auto hardware = ideal_io();
  hardware.adc_range = 5;
  hardware.effects.s_shape = 0.4;
  hardware.effects.s_shape_spread = 0.1;
  const int columns = 4000;
  const std::vector<float> w(columns, 1.0f);
  const auto y = product(hardware, {w, 1, columns}, {2.0f}, 0.0f, 1, 1);
  std::vector<float> n;
  for (const float v : y) n.push_back((2.0f * 1.44f / v - 1) * 5 / 2);
  CHECK(moments(n).mean == Approx(0.4).margin(mean_bound(0.04, n.size())));
  CHECK(moments(n).deviation == Approx(0.04).margin(deviation_bound(0.04, n.size())));
  CHECK(product(hardware, {w, 1, columns}, {2.0f}, 0.0f, 2, 1) == y);
  CHECK(product(hardware, {w, 1, columns}, {2.0f}, 0.0f, 1, 2) != y);
}

TEST_CASE(
    "column gains and offsets have their spreads, differ between chips and tiles, and stay with a chip") {
  auto hardware = ideal_io();
  hardware.effects.column_gain_spread = 0.05;
  hardware.effects.column_offset_spread = 0.2;
  hardware.crossbar_columns = 2000;
  const int columns = 4000;
  const std::vector<float> w(columns, 3.0f);
  const auto offsets = product(hardware, {w, 1, columns}, {0.0f}, 0.0f);
  auto gains = product(hardware, {w, 1, columns}, {1.0f}, 0.0f);
  for (size_t c = 0; c < gains.size(); ++c) gains[c] = (gains[c] - offsets[c]) / 3;
  CHECK(moments(offsets).mean == Approx(0).margin(mean_bound(0.2, columns)));
  CHECK(moments(offsets).deviation == Approx(0.2).margin(deviation_bound(0.2, columns)));
  CHECK(moments(gains).mean == Approx(1).margin(mean_bound(0.05, columns)));
  CHECK(moments(gains).deviation == Approx(0.05).margin(deviation_bound(0.05, columns)));
  CHECK(std::fabs(correlation(gains, offsets)) < 5 / std::sqrt(columns));
  CHECK(std::vector<float>(offsets.begin(), offsets.begin() + 2000) !=
        std::vector<float>(offsets.begin() + 2000, offsets.end()));
  CHECK(product(hardware, {w, 1, columns}, {0.0f}, 0.0f, 77) == offsets);
  CHECK(product(hardware, {w, 1, columns}, {0.0f}, 0.0f, 1, 2) != offsets);
}
