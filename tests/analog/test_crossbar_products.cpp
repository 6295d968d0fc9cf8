// SPDX-License-Identifier: Apache-2.0
// Both ways: averaged reads, counters, energy. What one product goes through is in test_frozen_matrix.cpp.
#include "core/analog/tile/crossbar_products.hpp"

#include <cmath>

#include "core/analog/tile/converter_energy.hpp"
#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "tests/analog/crossbar_helpers.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int rows = 20, columns = 13;

HardwareConfig small_tiles(const std::string& device = "ideal") {
  auto hardware = ideal_io();
  hardware.device = device;
  hardware.crossbar_rows = 8;
  hardware.crossbar_columns = 5;
  hardware.drift_compensation = CompensationMode::none;
  hardware.effects.noise_management = NoiseManagement::abs_max;
  return hardware;
}

CrossbarMatrix programmed(const std::vector<float>& weights, int height, int width,
                          const HardwareConfig& hardware, const DeviceModel& model, std::uint64_t seed = 1) {
  return CrossbarMatrix(map_to_conductances(weights, height, width, hardware, model.range()), hardware, model,
                        RandomKey(seed));
}

std::vector<float> transposed(const std::vector<float>& w, int height, int width) {
  std::vector<float> to(w.size());
  for (int r = 0; r < height; ++r)
    for (int c = 0; c < width; ++c)
      to[static_cast<size_t>(c * height + r)] = w[static_cast<size_t>(r * width + c)];
  return to;
}

/// Relative error of products with 128 x 128 normal weights.
double error_of(const CrossbarMatrix& matrix, const std::vector<float>& weights, int reads, bool back) {
  const int n = 128, vectors = 64;
  const auto x = normals(n * vectors, 5);
  std::vector<float> y(x.size());
  CrossbarProducts products(matrix, RandomKey(7));
  if (back)
    products.multiply_transposed(x.data(), vectors, reads, RandomKey(6), y.data());
  else
    products.multiply(x.data(), vectors, reads, RandomKey(6), y.data());
  const auto exact = exact_product(x, back ? transposed(weights, n, n) : weights, n, n);
  double error = 0, size = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    error += (y[i] - exact[i]) * (y[i] - exact[i]);
    size += exact[i] * exact[i];
  }
  return std::sqrt(error / size);
}

}  // namespace

TEST_CASE("Without noise and converters both products are exact, over tiles that do not divide the matrix") {
  const auto hardware = small_tiles();
  const auto model = make_device_model("ideal", 25);
  const auto weights = normals(rows * columns, 1);
  auto matrix = programmed(weights, rows, columns, hardware, *model);
  const int vectors = GENERATE(1, 3, 40);
  const auto x = normals(rows * vectors, 2), d = normals(columns * vectors, 3);
  std::vector<float> y(static_cast<size_t>(columns * vectors)), back(static_cast<size_t>(rows * vectors));
  CrossbarProducts products(matrix, RandomKey(7));
  products.multiply(x.data(), vectors, 2, RandomKey(4), y.data());
  products.multiply_transposed(d.data(), vectors, 1, RandomKey(4), back.data());
  const auto expected = exact_product(x, weights, rows, columns);
  const auto expected_back = exact_product(d, transposed(weights, rows, columns), columns, rows);
  for (size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == Approx(expected[i]).margin(1e-4));
  for (size_t i = 0; i < back.size(); ++i) REQUIRE(back[i] == Approx(expected_back[i]).margin(1e-4));
}

TEST_CASE("Every pass converts each tile's rows and columns, in the direction it went") {
  auto hardware = small_tiles();
  hardware.dac_bits = hardware.adc_bits = 8;
  const auto model = make_device_model("ideal", 25);
  auto matrix = programmed(normals(rows * columns, 1), rows, columns, hardware, *model);
  const auto x = normals(rows * 7, 2), d = normals(columns * 7, 3);
  std::vector<float> y(columns * 7), back(rows * 7);
  CrossbarProducts products(matrix, RandomKey(7));
  products.multiply(x.data(), 7, 3, RandomKey(4), y.data());
  products.multiply_transposed(d.data(), 7, 1, RandomKey(4), back.data());
  const auto there = products.forward_use(), again = products.transposed_use();
  CHECK(there.products == 7 * 3 * 3 * 3);  // vectors, reads, 3 x 3 tiles
  CHECK(there.dac_conversions == 7 * 3 * 3 * rows);
  CHECK(there.adc_conversions == 7 * 3 * 3 * columns);
  CHECK(again.dac_conversions == 7 * 3 * columns);
  CHECK(again.adc_conversions == 7 * 3 * rows);
  const auto energy = converter_energy(hardware, there, again);
  const double in = 7 * 9 * rows + 7 * 3 * columns, out = 7 * 9 * columns + 7 * 3 * rows;
  CHECK(energy.low_j == Approx(5.2e-12 * in + 26e-12 * out));
  CHECK(energy.high_j == Approx(13e-12 * in + 37e-12 * out));
  hardware.adc_bits = 9;
  CHECK(converter_energy(hardware, there, again).low_j == Approx(5.2e-12 * in + 2 * 26e-12 * out));
  CHECK(CrossbarProducts(matrix, RandomKey(7)).forward_use().products == 0);
}

TEST_CASE("Averaged reads take noise away as K^-1/2, down to what was written") {
  auto hardware = ideal_io();
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.effects.read_weight_noise = 0.02;
  hardware.output_noise = 0.05;
  hardware.drift_compensation = CompensationMode::none;
  const bool back = GENERATE(false, true);
  const auto model = make_device_model("ideal", 25);
  const auto weights = normals(128 * 128, 1);
  auto clean = programmed(weights, 128, 128, hardware, *model);
  const double once = error_of(clean, weights, 1, back);
  for (const int reads :
       {4, 16, 64})  // 8192 outputs: the ratio is known to 1 %, the bound is 5 of its errors
    CHECK(error_of(clean, weights, reads, back) == Approx(once / std::sqrt(reads)).epsilon(0.08));
  hardware.device = "state_independent";
  hardware.device_parameters.scales.read_noise_scale = hardware.device_parameters.scales.drift_scale = 0;
  const auto noisy = make_device_model("state_independent", 25, hardware.device_parameters);
  auto written = programmed(weights, 128, 128, hardware, *noisy);
  double floor = 0, size = 0;
  const auto held = written.weights();
  for (size_t i = 0; i < held.size(); ++i) {
    floor += (held[i] - weights[i]) * (held[i] - weights[i]);
    size += weights[i] * weights[i];
  }
  floor = std::sqrt(floor / size);
  CHECK(error_of(written, weights, 256, back) == Approx(std::hypot(floor, once / 16)).epsilon(0.08));
  CHECK(error_of(written, weights, 1, back) == Approx(std::hypot(floor, once)).epsilon(0.08));
}

TEST_CASE("Products depend on their key, not on threads, and a held read lasts until something moves") {
  auto hardware = small_tiles("pcm");
  const auto model = make_device_model("pcm", 25);
  auto matrix = programmed(normals(rows * columns, 1), rows, columns, hardware, *model);
  CrossbarProducts products(matrix, RandomKey(7));
  const auto x = normals(rows * 40, 2);
  const auto product = [&] {
    std::vector<float> y(columns * 40);
    products.multiply(x.data(), 40, 1, RandomKey(4), y.data());
    return y;
  };
  products.hold_read(0, RandomKey(9));
  const auto first = product();
  const int threads = thread_count();
  set_thread_count(1);
  CHECK(product() == first);
  set_thread_count(3);
  CHECK(product() == first);
  set_thread_count(threads);
  matrix.advance(86400);
  CHECK(product() != first);
  CHECK_THROWS_WITH(products.multiply(x.data(), 1, 0, RandomKey(1), std::vector<float>(columns).data()),
                    ContainsSubstring("expected at least 1 read"));
}

TEST_CASE("Read-outs of drift compensation are products too") {
  auto hardware = small_tiles("pcm");
  hardware.drift_compensation = CompensationMode::global;
  const auto model = make_device_model("pcm", 25);
  auto matrix = programmed(normals(rows * columns, 1), rows, columns, hardware, *model);
  CrossbarProducts products(matrix, RandomKey(7));
  CHECK(products.forward_use().products == 3 * rows);
  products.hold_read(0, RandomKey(9));
  CHECK(products.forward_use().adc_conversions == 2 * rows * columns);
}
