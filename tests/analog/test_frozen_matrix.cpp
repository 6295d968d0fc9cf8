// SPDX-License-Identifier: Apache-2.0
// Cutting, converters and the transposed product; what happens inside a tile is
// tests/analog/test_tile_array.cpp.
#include "core/analog/tile/frozen_matrix.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/analog/crossbar_helpers.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// One converter in double: round to a level (ties to even), then clip. `border`: how far the value lies from
/// where it would round the other way, in steps.
double converted(double value, int bits, double limit, double& border) {
  const double step = 2 * limit / ((1 << bits) - 2), level = value / step;
  border = std::fabs(std::fabs(level - std::floor(level)) - 0.5);
  return std::min(std::max(std::nearbyint(level) * step, -limit), limit);
}

/// 8 rows are one split, 5 columns one tile.
HardwareConfig small_tiles() {
  auto hardware = ideal_io();
  hardware.crossbar_rows = 8;
  hardware.crossbar_columns = 5;
  return hardware;
}

}  // namespace

TEST_CASE("without noise and converters a crossbar gives exactly W x, however it is cut") {
  auto hardware = ideal_io();
  hardware.crossbar_rows = GENERATE(4096, 8, 7);
  hardware.crossbar_columns = GENERATE(4096, 5);
  const int rows = 20, columns = 13;
  auto read = read_of(eighths(rows * columns, 8, 1), rows, columns, hardware);
  const float range = GENERATE(0.0f, 4.0f);
  const auto x = eighths(37 * rows, 32, 2);
  const auto wanted = exact_product(x, read.conductances, rows, columns);
  const auto got = forward(FrozenMatrix(read, rows, columns, hardware, {range}, RandomKey(3)), x, 4);
  for (size_t i = 0; i < wanted.size(); ++i) REQUIRE(got[i] == static_cast<float>(wanted[i]));
}

TEST_CASE("each tile converts its own partial sums, which are scaled and added in digital") {
  auto hardware = small_tiles();
  hardware.dac_bits = 6;
  hardware.adc_bits = 5;
  hardware.adc_range = 2;
  const int rows = 20, columns = 13, vectors = 100;
  auto read = read_of(uniforms(rows * columns, 1), rows, columns, hardware);
  read.output_scales = normals(3 * columns, 2);
  const float range = 1.5f;
  const auto x = normals(vectors * rows, 3);
  const auto got = forward(FrozenMatrix(read, rows, columns, hardware, {range}, RandomKey(3)), x, 4);
  int compared = 0;
  for (int v = 0; v < vectors; ++v)
    for (int c = 0; c < columns; ++c) {
      double wanted = 0, nearest_border = 1, border = 1;
      for (int split = 0; split < 3; ++split) {
        double sum = 0;
        for (int r = 8 * split; r < std::min(rows, 8 * split + 8); ++r) {
          sum += converted(x[static_cast<size_t>(v * rows + r)] / range, 6, 1, border) *
                 read.conductances[static_cast<size_t>(r * columns + c)];
          nearest_border = std::min(nearest_border, border);
        }
        wanted += converted(sum, 5, 2, border) * read.output_scales[static_cast<size_t>(split * columns + c)];
        nearest_border = std::min(nearest_border, border);
      }
      if (nearest_border < 1e-4) continue;  // float may round the other way
      ++compared;
      REQUIRE(got[static_cast<size_t>(v * columns + c)] == Approx(range * wanted).epsilon(1e-5).margin(1e-5));
    }
  CHECK(compared > 1200);
}

TEST_CASE("row splits may have input ranges of their own") {
  auto hardware = ideal_io();
  hardware.crossbar_rows = 1;
  hardware.dac_bits = 8;
  const auto read = read_of({1, 1, 1}, 3, 1, hardware);
  const std::vector<float> x{5, 5, 5};  // clipped by two of the ranges
  const auto sum = [&](const std::vector<float>& ranges) {
    return forward(FrozenMatrix(read, 3, 1, hardware, ranges, RandomKey(1)), x, 1)[0];
  };
  CHECK(sum({1, 2, 5}) == Approx(1 + 2 + 5));
  CHECK(sum({2}) == Approx(3 * 2));
  CHECK_THROWS_WITH(sum({1, 2}), ContainsSubstring("expected 1 or 3 input ranges (one a row split), got 2"));
}

TEST_CASE("what a vector gets depends on its number, not on how many come at once") {
  HardwareConfig hardware = small_tiles();
  hardware.dac_bits = hardware.adc_bits = 8;
  hardware.output_noise = 0.1;
  hardware.effects.input_rounding = hardware.effects.output_rounding = Rounding::stochastic;
  hardware.effects.read_weight_noise = 0.1;
  hardware.effects.bound_management = BoundManagement::iterative;
  hardware.adc_range = 1;
  const int rows = 20, columns = 13, vectors = 37;
  const auto read = read_of(uniforms(rows * columns, 1), rows, columns, hardware);
  const FrozenMatrix crossbar(read, rows, columns, hardware, {2.0f}, RandomKey(3));
  const auto x = normals(vectors * rows, 3);
  const auto all = forward(crossbar, x, 4, 1000);
  for (int v = 0; v < vectors; ++v) {
    const std::vector<float> one(x.begin() + v * rows, x.begin() + (v + 1) * rows);
    const auto y = forward(crossbar, one, 4, 1000 + static_cast<std::uint64_t>(v));
    REQUIRE(std::equal(y.begin(), y.end(), all.begin() + v * columns));
  }
  CHECK(forward(crossbar, x, 5, 1000) != all);
  CHECK(forward(crossbar, x, 4, 1001) != all);
}

TEST_CASE("the transposed product is exact without backward converters that one could see") {
  auto hardware = small_tiles();
  hardware.effects.backward_output_noise = 1e-30;  // switches the path on and changes no float
  const int rows = 20, columns = 13;
  auto read = read_of(eighths(rows * columns, 8, 1), rows, columns, hardware);
  for (size_t i = 0; i < read.output_scales.size(); ++i) read.output_scales[i] = i % 2 ? 2.0f : 0.5f;
  const FrozenMatrix crossbar(read, rows, columns, hardware, {4.0f}, RandomKey(3));
  // Powers of two as each tile's largest value: scaling by it is exact.
  auto d = eighths(9 * columns, 7, 2);
  for (size_t v = 0; v < 9; ++v)
    for (const size_t c : {size_t{0}, size_t{5}, size_t{10}}) d[v * 13 + c] = c % 2 ? 16.0f : 64.0f;
  std::vector<float> dx(static_cast<size_t>(9 * rows));
  crossbar.backward(d.data(), 9, RandomKey(4), 0, dx.data());
  for (int v = 0; v < 9; ++v)
    for (int r = 0; r < rows; ++r) {
      double wanted = 0;
      for (int c = 0; c < columns; ++c)
        wanted += d[static_cast<size_t>(v * columns + c)] *
                  read.output_scales[static_cast<size_t>(r / 8 * columns + c)] *
                  read.conductances[static_cast<size_t>(r * columns + c)];
      REQUIRE(dx[static_cast<size_t>(v * rows + r)] == Approx(wanted).epsilon(1e-6).margin(1e-6));
    }
}

TEST_CASE("gradients go back through their own converters, each vector at its own full scale") {
  auto hardware = ideal_io();
  hardware.effects.backward_dac_bits = 7;
  hardware.effects.backward_adc_bits = 6;
  hardware.effects.backward_adc_range = 3;
  const int rows = 11, columns = 30, vectors = 50;
  const auto read = read_of(uniforms(rows * columns, 1), rows, columns, hardware);
  const FrozenMatrix crossbar(read, rows, columns, hardware, {1.0f}, RandomKey(3));
  const auto d = normals(vectors * columns, 5);
  std::vector<float> dx(static_cast<size_t>(vectors * rows));
  crossbar.backward(d.data(), vectors, RandomKey(4), 0, dx.data());
  int compared = 0;
  for (int v = 0; v < vectors; ++v) {
    const float* own = d.data() + std::ptrdiff_t{v} * columns;
    double full = 0, border = 1;
    for (int c = 0; c < columns; ++c) full = std::max<double>(full, std::fabs(own[c]));
    for (int r = 0; r < rows; ++r) {
      double sum = 0, nearest_border = 1;
      for (int c = 0; c < columns; ++c) {
        sum +=
            converted(own[c] / full, 7, 1, border) * read.conductances[static_cast<size_t>(r * columns + c)];
        nearest_border = std::min(nearest_border, border);
      }
      const double wanted = full * converted(sum, 6, 3, border);
      if (std::min(nearest_border, border) < 1e-4) continue;
      ++compared;
      REQUIRE(dx[static_cast<size_t>(v * rows + r)] == Approx(wanted).epsilon(1e-5).margin(1e-6));
    }
  }
  CHECK(compared > 450);
  const FrozenMatrix none(read, rows, columns, ideal_io(), {1.0f}, RandomKey(3));
  CHECK_FALSE(none.has_backward());
  CHECK_THROWS_AS(none.backward(d.data(), 1, RandomKey(4), 0, dx.data()), RunError);
}

TEST_CASE("averaging K reads lowers the error as K^-1/2 until the write noise is left") {
  auto hardware = ideal_io();
  hardware.output_noise = 0.3;
  hardware.effects.read_weight_noise = 0.02;
  const int rows = 64, columns = 64, vectors = 32, reads = 256;
  auto read = read_of(uniforms(rows * columns, 1), rows, columns, hardware);
  const auto clean = read.conductances;
  const auto write_noise = normals(rows * columns, 2);
  for (size_t i = 0; i < clean.size(); ++i) read.conductances[i] += 0.02f * write_noise[i];
  const FrozenMatrix crossbar(read, rows, columns, hardware, {4.0f}, RandomKey(3));
  auto x = normals(vectors * rows, 4);
  double inputs = 0;
  for (auto& v : x) {
    v = std::min(std::max(v, -4.0f), 4.0f);
    inputs += v * v / 16;
  }
  const auto wanted = exact_product(x, clean, rows, columns);
  const auto written = exact_product(x, read.conductances, rows, columns);
  const double n = static_cast<double>(wanted.size());
  double floor = 0;
  for (size_t i = 0; i < wanted.size(); ++i) floor += std::pow(written[i] - wanted[i], 2) / n;
  // One read: output noise and weight noise of full scale 4 (|x|^2 averaged over the vectors).
  const double variance = 16 * (0.3 * 0.3 + 0.02 * 0.02 * inputs / vectors);
  std::vector<double> total(wanted.size(), 0.0);
  for (int k = 1; k <= reads; ++k) {
    const auto y = forward(crossbar, x, 100 + static_cast<std::uint64_t>(k));
    for (size_t i = 0; i < y.size(); ++i) total[i] += y[i];
    if (k != 1 && k != 4 && k != 16 && k != 64 && k != reads) continue;
    double read_error = 0, error = 0;
    for (size_t i = 0; i < total.size(); ++i) {
      read_error += std::pow(total[i] / k - written[i], 2) / n;
      error += std::pow(total[i] / k - wanted[i], 2) / n;
    }
    INFO("K = " << k);
    // A mean of n squared normals: relative standard error sqrt(2 / n), five of them; the cross term with the
    // fixed write error has deviation 2 sqrt(floor variance / K / n).
    CHECK(read_error == Approx(variance / k).epsilon(5 * std::sqrt(2 / n)));
    CHECK(std::fabs(error - floor - variance / k) <
          5 * (std::sqrt(2 / n) * variance / k + 2 * std::sqrt(floor * variance / k / n)));
  }
}

TEST_CASE("a read that does not fit its matrix and impossible hardware are refused") {
  auto hardware = small_tiles();
  auto read = read_of(uniforms(260, 1), 20, 13, hardware);
  CHECK_THROWS_WITH(FrozenMatrix(read, 20, 12, hardware, {1.0f}, RandomKey(1)),
                    ContainsSubstring("expected 240 conductances and 36 scales, got 260 and 39"));
  hardware.effects.output_rounding = Rounding::stochastic;
  CHECK_THROWS_AS(FrozenMatrix(read, 20, 13, hardware, {1.0f}, RandomKey(1)), ConfigError);
}
