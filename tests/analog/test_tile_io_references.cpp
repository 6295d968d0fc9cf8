// SPDX-License-Identifier: Apache-2.0
// Tile I/O against figures that an independent script computed: relative errors |y~ - y| / |y| of products
// (settings of aihwkit's presets) and the voltage lost on a bit line (docs/physics.md, "Tile I/O").
#include <cmath>
#include <numeric>

#include "core/analog/tile/tile.hpp"
#include "tests/analog/crossbar_helpers.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int side = 512, vector_count = 256, seed_count = 5;

/// Normal values, clipped at `deviations` and divided by it.
std::vector<float> clipped_normals(int count, float deviations, std::uint64_t seed) {
  auto values = normals(count, seed);
  for (auto& v : values) v = std::min(std::max(v / deviations, -1.0f), 1.0f);
  return values;
}

/// Of five drawn problems of 512 x 512 weights and 256 inputs.
Moments relative_errors(const HardwareConfig& hardware, float largest_weight, bool fixed_range) {
  std::vector<float> errors;
  for (std::uint64_t seed = 0; seed < seed_count; ++seed) {
    auto w = clipped_normals(side * side, 2.5f, 10 + seed);
    for (auto& weight : w) weight *= largest_weight;
    const auto x = fixed_range ? clipped_normals(vector_count * side, 3.0f, 20 + seed)
                               : normals(vector_count * side, 20 + seed);
    const auto wanted = exact_product(x, w, side, side);
    const FrozenMatrix crossbar(read_of(w, side, side, hardware), side, side, hardware, {1.0f},
                                RandomKey(seed));
    const auto got = forward(crossbar, x, 30 + seed);
    double difference = 0, size = 0;
    for (size_t i = 0; i < wanted.size(); ++i) {
      difference += std::pow(got[i] - wanted[i], 2);
      size += wanted[i] * wanted[i];
    }
    errors.push_back(static_cast<float>(std::sqrt(difference / size)));
  }
  return moments(errors);
}

/// Two means of five draws each, both of the reference's deviation over draws, may differ by five standard
/// errors; the reference is rounded to 1e-4.
void check_reference(const Moments& got, double reference, double deviation) {
  CAPTURE(got.mean, got.deviation, reference);
  CHECK(std::fabs(got.mean - reference) < 5 * deviation * std::sqrt(2.0 / seed_count) + 0.5e-4);
}

HardwareConfig converters(int dac_bits, int adc_bits, double adc_range, double output_noise) {
  auto hardware = ideal_io();
  hardware.g_max_us = 5;  // of aihwkit's IR drop
  hardware.dac_bits = dac_bits;
  hardware.adc_bits = adc_bits;
  if (adc_bits > 0) hardware.adc_range = adc_range;
  hardware.output_noise = output_noise;
  return hardware;
}

}  // namespace

TEST_CASE("products with managed noise and bounds have the reference's error") {
  auto hardware = converters(7, 9, 12, 0.06);
  hardware.effects.noise_management = NoiseManagement::abs_max;
  hardware.effects.bound_management = BoundManagement::iterative;
  check_reference(relative_errors(hardware, 1.0f, false), 0.0276, 0.0003);
  check_reference(relative_errors(hardware, 0.6f, false), 0.0404, 0.0004);
  hardware.adc_range = 20;
  hardware.output_noise = 0.1;
  check_reference(relative_errors(hardware, 1.0f, false), 0.0404, 0.0004);
}

TEST_CASE("products with a fixed input range have the reference's error, together and effect by effect") {
  auto all = converters(8, 8, 10, 0.04);
  all.effects.read_weight_noise = 0.0175;
  all.effects.read_weight_noise_kind = ReadNoiseKind::conductance;
  all.wires.ir_drop = IrDrop::approximate;
  check_reference(relative_errors(all, 1.0f, true), 0.0347, 0.0003);
  // The reference gives no deviation for single effects: ours over the draws stands for it.
  const auto check_alone = [](const HardwareConfig& hardware, double reference, double largest = 0.02) {
    const auto got = relative_errors(hardware, 1.0f, true);
    check_reference(got, reference, got.deviation);
    CHECK(got.deviation < largest * reference);  // else the check above would say little
  };
  check_alone(converters(8, 0, 0, 0), 0.0068);
  check_alone(converters(0, 8, 10, 0), 0.0128, 0.1);  // a few clipped outputs decide it
  check_alone(converters(0, 0, 0, 0.04), 0.0134);
  auto weights = converters(0, 0, 0, 0);
  weights.effects.read_weight_noise = 0.0175;
  weights.effects.read_weight_noise_kind = ReadNoiseKind::conductance;
  check_alone(weights, 0.0249);
  auto wires = converters(0, 0, 0, 0);
  wires.wires.ir_drop = IrDrop::approximate;
  check_alone(wires, 0.0140);
}

namespace {

/// The resistive ladder itself, by the Thomas algorithm: n cells of conductance 1 at voltage 1, wire
/// conductance G between neighbours and from the first to the sense amplifier at 0 V. Share of the current
/// that is lost.
double exact_loss(int n, double wire_conductance) {
  const double g = wire_conductance;
  std::vector<double> upper(static_cast<size_t>(n)), right(static_cast<size_t>(n));
  for (int j = 0; j < n; ++j) {
    const auto i = static_cast<size_t>(j);
    const double diagonal = 1 + g + (j < n - 1 ? g : 0);
    const double pivot = diagonal + (j > 0 ? g * upper[i - 1] : 0);
    upper[i] = j < n - 1 ? -g / pivot : 0;
    right[i] = (1 + (j > 0 ? g * right[i - 1] : 0)) / pivot;
  }
  double voltage = 0;  // back substitution down to node 0
  for (int j = n - 1; j >= 0; --j)
    voltage = right[static_cast<size_t>(j)] - upper[static_cast<size_t>(j)] * voltage;
  return 1 - g * voltage / n;
}

}  // namespace

TEST_CASE(
    "approximate IR drop of a full column has the reference's loss and its difference from the ladder") {
  auto hardware = converters(0, 0, 0, 0);
  hardware.wires.ir_drop = IrDrop::approximate;
  const struct {
    int rows;
    double approximate, exact;
  } references[] = {
      {128, 0.00939, 0.00956}, {256, 0.03642, 0.03676}, {512, 0.12789, 0.12959}, {1024, 0.36840, 0.35433}};
  for (const auto& reference : references) {
    const std::vector<float> ones(static_cast<size_t>(reference.rows), 1.0f);
    const FrozenMatrix crossbar(read_of(ones, reference.rows, 1, hardware), reference.rows, 1, hardware,
                                {0.0f}, RandomKey(1));
    const double loss = 1 - forward(crossbar, ones, 1)[0] / static_cast<double>(reference.rows);
    const double exact = exact_loss(reference.rows, 1 / 0.35 / 5e-6);
    INFO(reference.rows << " rows");
    CHECK(loss == Approx(reference.approximate).margin(1e-5));
    CHECK(exact == Approx(reference.exact).margin(1e-5));
    CHECK(loss - exact == Approx(reference.approximate - reference.exact).margin(2e-5));
  }
}

TEST_CASE("approximate IR drop grows with g_max and wire resistance alike and spares the row at the output") {
  auto hardware = converters(0, 0, 0, 0);
  hardware.wires.ir_drop = IrDrop::approximate;
  const auto loss = [&](double g_max_us, double wire_ohm, int row) {
    hardware.g_max_us = g_max_us;
    hardware.wires.wire_resistance_ohm = wire_ohm;
    std::vector<float> w(100, 0.0f), x(100, 0.0f);
    w[static_cast<size_t>(row)] = x[static_cast<size_t>(row)] = 1;
    const FrozenMatrix crossbar(read_of(w, 100, 1, hardware), 100, 1, hardware, {0.0f}, RandomKey(1));
    return 1 - forward(crossbar, x, 1)[0];
  };
  CHECK(loss(25, 0.35, 0) == 0);
  CHECK(loss(25, 0.35, 99) > loss(25, 0.35, 50));
  CHECK(loss(50, 0.35, 99) == Approx(loss(25, 0.7, 99)).epsilon(1e-3));
  CHECK(loss(50, 0, 99) == 0);
}
