// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/crossbar_matrix.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/analog/matrix_errors.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Every weight 0.5, but the first 1 (it sets the scale): all devices but one are alike.
std::vector<float> half_range(int size) {
  std::vector<float> weights(static_cast<size_t>(size * size), 0.5f);
  weights[0] = 1;
  return weights;
}

/// Programmed less target conductances of a plane.
std::vector<float> residuals(const CrossbarMatrix& matrix, size_t plane) {
  auto found = matrix.written_us(plane);
  for (size_t i = 0; i < found.size(); ++i) found[i] -= matrix.targets().targets_us[plane][i];
  return found;
}

}  // namespace

TEST_CASE("Faults are in what a matrix reads, and stay where they are") {
  auto hardware = ideal_io(64);
  hardware.weight_scaling = WeightScaling::column;
  hardware.drift_compensation = CompensationMode::none;
  hardware.faults = {.05, .02, .1};
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const std::vector<float> weights(64 * 64, 1.0f);
  const CrossbarMatrix matrix(map_to_conductances(weights, 64, 64, hardware), hardware, *pcm, RandomKey(1));
  const auto hour = matrix.read(3600, RandomKey(2)).conductances,
             day = matrix.read(day_s, RandomKey(3)).conductances;
  int dead = 0, both = 0, same = 0;
  for (size_t c = 0; c < 64; ++c) {
    bool open = true;
    for (size_t r = 0; r < 64; ++r) open = open && hour[r * 64 + c] == 0 && day[r * 64 + c] == 0;
    dead += open;
    for (size_t r = 0; r < 64 && !open; ++r) {
      const size_t i = r * 64 + c;
      const float plus = matrix.written_us(0)[i], minus = matrix.written_us(1)[i];
      const bool stuck = (plus == 0 || plus == 25) && (minus == 25);
      both += stuck;
      same += stuck && hour[i] == (plus - minus) / 25 && day[i] == hour[i];
    }
  }
  CHECK(dead > 0);
  CHECK(dead < 20);
  CHECK(both > 0);
  CHECK(same == both);
}

TEST_CASE("IR drop takes from far rows what the ladder of each plane takes") {
  auto hardware = ideal_io(128);
  hardware.weight_scaling = WeightScaling::column;
  hardware.wires.ir_drop = IrDrop::ladder;
  hardware.drift_compensation = CompensationMode::none;
  hardware.g_max_us = 5;
  const auto model = make_device_model("ideal", hardware.g_max_us);
  const std::vector<float> weights(256 * 3, 1.0f);  // two tiles, each a wire of its own
  for (const auto& [cell, expected] :
       {std::pair{CellConfig{}, .00956}, std::pair{CellConfig{CellKind::pairs, {1, 1}, 4}, .00956}}) {
    hardware.cell = cell;
    const CrossbarMatrix matrix(map_to_conductances(weights, 256, 3, hardware), hardware, *model,
                                RandomKey(1));
    const auto g = matrix.read(0, RandomKey(2)).conductances;
    for (const size_t first : {0, 128})
      for (size_t c = 0; c < 3; ++c) {
        double sum = 0;
        for (size_t r = first; r < first + 128; ++r) sum += g[r * 3 + c];
        CHECK(1 - sum / 128 == Approx(expected).margin(6e-6));
      }
  }
  hardware.wires.wire_resistance_ohm = 0;
  const CrossbarMatrix without(map_to_conductances(weights, 256, 3, hardware), hardware, *model,
                               RandomKey(1));
  CHECK(without.read(0, RandomKey(2)).conductances == std::vector<float>(256 * 3, 1.0f));
}

TEST_CASE("Settings that are switched off leave every bit, and planes beyond the pair draw for themselves") {
  HardwareConfig hardware;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const auto weights = clipped_normal(300 * 70, 4);
  const auto program = [&] {
    return CrossbarMatrix(map_to_conductances(weights, 300, 70, hardware), hardware, *pcm, RandomKey(1));
  };
  const auto plain = program().read(day_s, RandomKey(5));
  hardware.programming = {ProgrammingMethod::verify, 5, 100};  // nothing lies outside
  hardware.wires = {IrDrop::ladder, 0};
  hardware.cell.devices_per_cell = 8;
  CHECK(program().read(day_s, RandomKey(5)).conductances == plain.conductances);
  CHECK(program().read(day_s, RandomKey(5)).output_scales == plain.output_scales);
  hardware.cell.pair_significances = {1, 1, 1};
  const auto matrix = program();
  for (size_t p = 0; p < 6; ++p)
    for (size_t q = 0; q < p; ++q)
      CHECK(std::fabs(correlation(residuals(matrix, p), residuals(matrix, q))) < 5 / std::sqrt(21000.0));
}

TEST_CASE("Columns and matrices of zeros stay zero on noisy devices") {
  HardwareConfig hardware;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const CrossbarMatrix matrix(map_to_conductances(std::vector<float>(300 * 7, 0.0f), 300, 7, hardware),
                              hardware, *pcm, RandomKey(1));
  const auto read = matrix.read(month_s, RandomKey(2));
  for (const float scale : read.output_scales) CHECK(scale == 0);
  for (const float g : read.conductances) REQUIRE(std::isfinite(g));
}

TEST_CASE("Same keys give the same bits, different keys other devices and other reads") {
  HardwareConfig hardware;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const auto targets = map_to_conductances(clipped_normal(300 * 70, 4), 300, 70, hardware);
  const CrossbarMatrix first(targets, hardware, *pcm, RandomKey(1)),
      again(targets, hardware, *pcm, RandomKey(1));
  const CrossbarMatrix other(targets, hardware, *pcm, RandomKey(2)), copy = first;
  const auto read = first.read(day_s, RandomKey(5));
  for (const auto* same : {&first, &again, &copy}) {
    CHECK(same->read(day_s, RandomKey(5)).conductances == read.conductances);
    CHECK(same->read(day_s, RandomKey(5)).output_scales == read.output_scales);
  }
  CHECK(first.read(day_s, RandomKey(6)).conductances != read.conductances);
  CHECK(first.read(day_s, RandomKey(6)).output_scales != read.output_scales);
  CHECK(other.written_us(0) != first.written_us(0));
  CHECK(other.read(day_s, RandomKey(5)).conductances != read.conductances);
}

TEST_CASE("The two devices of a pair, and all blocks of a matrix, are drawn independently") {
  const auto hardware = ideal_io(256);
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const CrossbarMatrix matrix(map_to_conductances(std::vector<float>(65536, 0.5f), 256, 256, hardware),
                              hardware, *pcm, RandomKey(1));
  const auto &plus = matrix.written_us(0), &minus = matrix.written_us(1);
  CHECK(std::fabs(correlation(plus, minus)) < 5 / 256.0);
  for (const size_t lag : {1, 4, 256, 1024, 4096}) {
    const std::span<const float> all(plus);
    CHECK(std::fabs(correlation(all.first(65536 - lag), all.subspan(lag))) <
          5 / std::sqrt(65536.0 - double(lag)));
  }
}

TEST_CASE("A device keeps its identity: reads at 1 h and 1 d correlate as shared noise and exponent say") {
  constexpr int size = 256;
  auto hardware = ideal_io(size);
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const auto targets = map_to_conductances(half_range(size), size, size, hardware);
  const CrossbarMatrix matrix(targets, hardware, *pcm, RandomKey(1)),
      other(targets, hardware, *pcm, RandomKey(2));
  const auto hour = matrix.read(3600, RandomKey(3)).conductances,
             day = matrix.read(day_s, RandomKey(4)).conductances;
  // Relative deviations at x = 0.5: programming, exponent times ln(t / t_0), read noise. The other
  // device of the pair adds below 2 % of the variance, hence the bound.
  const double programming = .95271 / 12.5, hour_drift = .008 * std::log(181.0),
               day_drift = .008 * std::log(4321.0);
  const double hour_read = .013809 * 4.76475, day_read = .013809 * 5.08681;
  const double shared = programming * programming + hour_drift * day_drift;
  const double expected =
      shared / std::hypot(programming, hour_drift, hour_read) / std::hypot(programming, day_drift, day_read);
  // Without the first weight, which is twice the others.
  const std::span<const float> hour_alike = std::span(hour).subspan(1), day_alike = std::span(day).subspan(1);
  CHECK(correlation(hour_alike, day_alike) == Approx(expected).margin(.02));
  const auto other_day = other.read(day_s, RandomKey(4)).conductances;
  CHECK(std::fabs(correlation(hour_alike, std::span(other_day).subspan(1))) < 5.0 / size);
}

TEST_CASE("Averaging K reads shrinks read noise as 1 / sqrt(K), down to the programming error") {
  constexpr int size = 64, reads = 64;
  auto hardware = ideal_io(size);
  hardware.drift_compensation = CompensationMode::none;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const CrossbarMatrix matrix(map_to_conductances(half_range(size), size, size, hardware), hardware, *pcm,
                              RandomKey(1));
  const size_t n = size * size;
  std::vector<float> programmed(n), sum(n, 0.0f), error(n), distance(n);
  for (size_t i = 0; i < n; ++i) programmed[i] = (matrix.written_us(0)[i] - matrix.written_us(1)[i]) / 25;
  for (int k = 1; k <= reads; ++k) {
    const auto read = matrix.read(0, RandomKey(2).with("read", static_cast<std::uint64_t>(k)));
    for (size_t i = 0; i < n; ++i) {
      sum[i] += read.conductances[i];
      error[i] = sum[i] / static_cast<float>(k) - programmed[i];
      distance[i] = sum[i] / static_cast<float>(k) - 0.5f;
    }
    if (k != 1 && k != 4 && k != 16 && k != 64) continue;
    // Q(0.5) x 4.18382 x 0.5 (R5), 0.6 % more for the spread of the programmed value and 1 % for the empty
    // device
    const double expected = .013809 * 4.18382 * .5 / std::sqrt(double(k));
    CHECK(moments(std::span(error).subspan(1)).deviation ==
          Approx(expected).epsilon(.02).margin(deviation_bound(expected, n)));
  }
  const double floor = std::hypot(.95271, .15382) / 25;  // docs/sources.md
  CHECK(moments(std::span(distance).subspan(1)).deviation ==
        Approx(floor).margin(deviation_bound(floor, n) + .0002));
}

TEST_CASE("Drift compensation reads through the converter and its noise, each tile for itself") {
  auto hardware = ideal_io(64);
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  auto weights = clipped_normal(128 * 64, 5);
  const auto targets = map_to_conductances(weights, 128, 64, hardware);
  const auto factors_of = [&](const HardwareConfig& h, double time_s) {
    const auto read = CrossbarMatrix(targets, h, *pcm, RandomKey(1)).read(time_s, RandomKey(2));
    return std::pair(read.output_scales[0] / targets.scales[0], read.output_scales[64] / targets.scales[64]);
  };
  const auto ideal = factors_of(hardware, day_s);
  CHECK(ideal.first == Approx(1.507).margin(.02));
  CHECK(ideal.second == Approx(1.507).margin(.02));
  CHECK(ideal.first != ideal.second);
  CHECK(factors_of(hardware, 0).first == Approx(1).margin(.01));

  hardware.adc_bits = 8;
  hardware.output_noise = 0.2;  // its mean modulus does not drift: the factor is pulled towards 1
  const auto noisy = factors_of(hardware, day_s);
  CHECK(noisy.first < ideal.first - .03f);
  CHECK(noisy.first > 1.1f);

  hardware.drift_compensation = CompensationMode::none;
  CHECK(factors_of(hardware, day_s) == std::pair(1.0f, 1.0f));
}

TEST_CASE("The read-out sees what the converter gives: below half a step, nothing, and so no drift") {
  auto hardware = ideal_io(8);
  hardware.adc_bits = 3;  // steps of a third of the range
  hardware.adc_range = 9;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const std::vector<float> weights(64, 1.0f);  // every conductance is near 1, which the converter makes 0
  const CrossbarMatrix matrix(map_to_conductances(weights, 8, 8, hardware), hardware, *pcm, RandomKey(1));
  CHECK(matrix.read(day_s, RandomKey(2)).output_scales == std::vector<float>(8, 1.0f));
}

TEST_CASE("Output noise is fresh for every row, column and tile of a read-out") {
  auto hardware = ideal_io(8);
  hardware.output_noise = .04;
  const auto model = make_device_model("ideal", hardware.g_max_us);
  const std::vector<float> weights(128 * 128, 0.5f);
  auto targets = map_to_conductances(weights, 128, 128, hardware);
  const CrossbarMatrix matrix(targets, hardware, *model, RandomKey(1));
  const auto scales = matrix.read(0, RandomKey(2)).output_scales;
  std::vector<float> factors;  // one a tile: baseline over present, each the mean of 64 reads of 1
  for (size_t i = 0; i < scales.size(); i += 8) factors.push_back(scales[i] / .5f);
  const double expected = .04 * std::sqrt(2 / 64.0);
  const auto found = moments(factors);
  CHECK(found.mean == Approx(1).margin(mean_bound(expected, factors.size())));
  CHECK(found.deviation == Approx(expected).margin(deviation_bound(expected, factors.size())));
}

TEST_CASE("Impossible settings, targets and times are refused") {
  HardwareConfig hardware;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const auto targets = map_to_conductances(std::vector<float>{1, 2, 3, 4}, 2, 2, hardware);
  const auto program = [&](const ConductanceTargets& t, const HardwareConfig& h) {
    return CrossbarMatrix(t, h, *pcm, RandomKey(1));
  };
  CHECK_THROWS_AS(program(targets, hardware).read(-1, RandomKey(1)), ConfigError);
  auto broken = targets;
  broken.targets_us[1].pop_back();
  CHECK_THROWS_AS(program(broken, hardware), MappingError);
  CHECK_THROWS_WITH(program(broken, hardware),
                    ContainsSubstring("expected 4 targets of plane 'minus', got 3"));
  broken = targets;
  broken.scales.pop_back();
  CHECK_THROWS_WITH(program(broken, hardware),
                    ContainsSubstring("expected 2 scales and 2 planes, got 1 and 2"));
  auto coarse = hardware;
  coarse.adc_bits = 2;
  CHECK_THROWS_WITH(program(targets, coarse), ContainsSubstring("3 to 10, got 2"));
}
