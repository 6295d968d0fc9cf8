// SPDX-License-Identifier: Apache-2.0
// Writing a crossbar matrix: updates, pulses, zero-shifting, time, snapshots. Reading is
// tests/analog/test_crossbar_matrix.cpp.
#include <cmath>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/base/error.hpp"
#include "tests/analog/crossbar_helpers.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Single bidirectional devices, tiles of 8 x 5, weights of scale 1.
HardwareConfig pulsed_hardware(const std::string& device) {
  auto hardware = ideal_io();
  hardware.device = device;
  hardware.g_max_us = 30;
  hardware.crossbar_rows = 8;
  hardware.crossbar_columns = 5;
  hardware.drift_compensation = CompensationMode::none;
  hardware.cell.kind = CellKind::single;
  return hardware;
}

constexpr int rows = 20, columns = 13;

CrossbarMatrix zeros(const HardwareConfig& hardware, const DeviceModel& model, std::uint64_t seed = 1) {
  const std::vector<float> scales(3 * columns, 1.0f);
  return CrossbarMatrix(map_to_conductances(std::vector<float>(rows * columns, 0.0f), rows, columns, hardware,
                                            model.range(), scales),
                        hardware, model, RandomKey(seed));
}

}  // namespace

TEST_CASE("The mean update of ideal constant-step devices is -lr x d^T, for single devices and pairs") {
  auto hardware = pulsed_hardware("constant_step");
  hardware.cell.kind = GENERATE(CellKind::single, CellKind::pairs);
  const auto model = make_device_model("constant_step", 30);
  const auto x = normals(rows, 1), d = normals(columns, 2);
  const double rate = 0.0004, step = (hardware.cell.kind == CellKind::single ? 2.0 : 1.0) / 1200;
  const int times = 200;
  auto matrix = zeros(hardware, *model);
  const auto before = matrix.weights();
  for (int t = 0; t < times; ++t)
    matrix.update(x.data(), d.data(), rate, {}, RandomKey(3).with("update", static_cast<std::uint64_t>(t)));
  const auto after = matrix.weights();
  for (size_t i = 0; i < after.size(); ++i) {
    const double pulses = rate * std::fabs(double{x[i / columns]} * d[i % columns]) / step;
    const double expected = -rate * x[i / columns] * d[i % columns] * times;
    // Variance of the coincidences of one update: at most n (1 + n) for a mean of n.
    REQUIRE(after[i] - before[i] ==
            Approx(expected).margin(5 * step * std::sqrt(times * pulses * (1 + pulses)) + 1e-5));
  }
  CHECK(matrix.counters().pulses > 0);
}

TEST_CASE("An update depends on its key only, and tiles draw for themselves") {
  const auto hardware = pulsed_hardware("soft_bounds");
  const auto model = make_device_model("soft_bounds", 30);
  const auto x = normals(rows, 1), d = normals(columns, 2);
  auto first = zeros(hardware, *model), again = zeros(hardware, *model), other = zeros(hardware, *model);
  first.update(x.data(), d.data(), 0.01, {}, RandomKey(3));
  again.update(x.data(), d.data(), 0.01, {}, RandomKey(3));
  other.update(x.data(), d.data(), 0.01, {}, RandomKey(4));
  CHECK(first.weights() == again.weights());
  CHECK(first.weights() != other.weights());
}

TEST_CASE("Zero-shifting takes the symmetry point out of the weights") {
  auto hardware = pulsed_hardware("soft_bounds");
  hardware.device_parameters.soft_bounds = {.states = 500, .imbalance = 0.4, .imbalance_spread = 0.1};
  const auto model = make_device_model("soft_bounds", 30, hardware.device_parameters);
  auto matrix = zeros(hardware, *model);
  auto point_us = matrix.find_symmetry_point(0, 8000, RandomKey(5));
  // Bounds of +-1 around 20 µS, half 10 µS: the mean point is the mean imbalance.
  CHECK(moments(point_us).mean == Approx(20 + 10 * .4).margin(mean_bound(10 * .1, rows * columns) + .04));
  CHECK(moments(matrix.weights()).mean == Approx(.4).margin(.05));
  matrix.set_reference(0, point_us);
  for (const float w : matrix.weights()) REQUIRE(std::fabs(w) < 2.0 / 500);
  const auto read = matrix.read(0, RandomKey(6));
  for (const float g : read.conductances) REQUIRE(std::fabs(g) < 2.0 / 500);
  point_us.pop_back();
  CHECK_THROWS_AS(matrix.set_reference(0, point_us), MappingError);
}

TEST_CASE("Programming again keeps the devices and their faults") {
  auto hardware = pulsed_hardware("soft_bounds");
  hardware.faults.stuck_at_set_rate = 0.1;
  const auto model = make_device_model("soft_bounds", 30);
  auto matrix = zeros(hardware, *model);
  const auto stuck = [&] {
    std::vector<size_t> found;
    for (size_t i = 0; i < matrix.written_us(0).size(); ++i)
      if (matrix.written_us(0)[i] == 30.0f) found.push_back(i);
    return found;
  };
  const auto before = stuck();
  CHECK(!before.empty());
  const std::vector<float> scales(3 * columns, 1.0f), weights(rows * columns, -0.5f);
  matrix.program(map_to_conductances(weights, rows, columns, hardware, model->range(), scales), RandomKey(9));
  CHECK(stuck() == before);
  CHECK(matrix.counters().programmed == 2 * rows * columns);
  CHECK_THROWS_AS(
      matrix.program(map_to_conductances(std::vector<float>(6, 0.0f), 2, 3, hardware), RandomKey(1)),
      MappingError);
}

TEST_CASE("Time that passes is time read ahead") {
  HardwareConfig hardware;
  const auto pcm = make_device_model("pcm", hardware.g_max_us);
  const auto weights = normals(300 * 70, 4);
  const CrossbarMatrix fresh(map_to_conductances(weights, 300, 70, hardware), hardware, *pcm, RandomKey(1));
  auto aged = fresh;
  aged.advance(3600);
  CHECK(aged.read(0, RandomKey(2)).conductances == fresh.read(3600, RandomKey(2)).conductances);
  CHECK(aged.read(82800, RandomKey(2)).conductances == fresh.read(86400, RandomKey(2)).conductances);
  CHECK(fresh.read(0, RandomKey(2)).conductances != aged.read(0, RandomKey(2)).conductances);
}

TEST_CASE("A snapshot brings every bit back: devices, faults, clock, references, counters") {
  auto hardware = pulsed_hardware("soft_bounds");
  hardware.faults.stuck_at_set_rate = 0.1;  // other devices under another key
  hardware.drift_compensation = CompensationMode::global;
  const auto model = make_device_model("soft_bounds", 30);
  const auto x = normals(rows, 1), d = normals(columns, 2);
  auto matrix = zeros(hardware, *model);
  matrix.update(x.data(), d.data(), 0.01, {}, RandomKey(3));
  matrix.set_reference(0, matrix.find_symmetry_point(0, 10, RandomKey(5)));
  matrix.advance(100);
  std::map<std::string, NamedTensor> tensors;
  matrix.save("layer.", tensors);
  auto other = zeros(hardware, *model, 2);
  other.load("layer.", tensors);
  CHECK(other.weights() == matrix.weights());
  CHECK(other.counters().pulses == matrix.counters().pulses);
  for (auto* both : {&matrix, &other}) both->update(x.data(), d.data(), 0.01, {}, RandomKey(7));
  CHECK(other.weights() == matrix.weights());
  CHECK(other.read(5, RandomKey(8)).conductances == matrix.read(5, RandomKey(8)).conductances);
  tensors.erase("layer.single.low_us");
  CHECK_THROWS_WITH(other.load("layer.", tensors), ContainsSubstring("layer.single.low_us"));
}

TEST_CASE("Frozen products count themselves and what they clip") {
  auto hardware = pulsed_hardware("constant_step");
  hardware.adc_bits = 8;
  hardware.adc_range = 0.5;
  const auto model = make_device_model("constant_step", 30);
  const auto matrix = zeros(hardware, *model);
  const auto frozen = matrix.freeze(0, {1.0f}, RandomKey(1), RandomKey(2));
  std::vector<float> x(3 * rows, 0.5f), y(3 * columns);
  frozen.forward(x.data(), 3, RandomKey(3), 0, y.data());
  CHECK(frozen.products() == 3 * 3 * 3);  // vectors x row splits x column splits
  CHECK(frozen.saturations() == 0);
}

TEST_CASE("A row that is read alone has the weights that a read of all gives") {
  auto hardware = pulsed_hardware("pcm");
  hardware.g_max_us = 25;
  hardware.cell.kind = GENERATE(CellKind::single, CellKind::pairs);
  const bool noisy = GENERATE(false, true);
  hardware.device_parameters.scales.read_noise_scale = noisy ? 1 : 0;
  const auto model = make_device_model("pcm", 25, hardware.device_parameters);
  auto matrix = CrossbarMatrix(
      map_to_conductances(uniforms(rows * columns, 5), rows, columns, hardware, model->range()), hardware,
      *model, RandomKey(6));
  matrix.advance(3600);
  const int row = 17;  // of the third row split
  const auto all = matrix.read_uncompensated(0, RandomKey(7));
  std::vector<float> weights(columns), again(columns), mean(columns);
  matrix.read_row(row, RandomKey(8), weights);
  matrix.read_row(row, RandomKey(9), again);
  CHECK((weights == again) == !noisy);
  const int reads = 400;
  for (std::uint64_t read = 0; read < reads; ++read) {
    matrix.read_row(row, RandomKey(100 + read), weights);
    for (size_t c = 0; c < columns; ++c) mean[c] += weights[c] / reads;
  }
  for (size_t c = 0; c < columns; ++c) {
    const double expected = all.conductances[row * columns + c] * all.output_scales[2 * columns + c];
    // Read noise of PCM after an hour is below 4 % of g_max: of two devices, and of one read of all.
    REQUIRE(mean[c] == Approx(expected).margin(noisy ? 0.15 : 1e-5));
  }
}

TEST_CASE("A row that is wider than a block of devices is read whole") {
  auto hardware = pulsed_hardware("constant_step");
  hardware.crossbar_columns = 4096;
  const int wide = 1500;
  const auto model = make_device_model("constant_step", 30);
  const CrossbarMatrix matrix(map_to_conductances(uniforms(3 * wide, 5), 3, wide, hardware, model->range()),
                              hardware, *model, RandomKey(6));
  std::vector<float> weights(wide);
  matrix.read_row(1, RandomKey(7), weights);
  const auto written = matrix.weights();
  for (size_t c = 0; c < wide; ++c) REQUIRE(weights[c] == Approx(written[wide + c]).margin(1e-6));
}
