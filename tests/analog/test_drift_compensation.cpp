// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/drift_compensation.hpp"

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/base/error.hpp"
#include "tests/analog/gaussian_device.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int size = 256;
constexpr double day_s = 86400;

HardwareConfig hardware_of(CompensationMode compensation, bool ideal_io) {
  HardwareConfig hardware;
  hardware.drift_compensation = compensation;
  hardware.weight_scaling = WeightScaling::tile;
  if (ideal_io) {
    hardware.dac_bits = hardware.adc_bits = 0;
    hardware.output_noise = 0;
  }
  return hardware;
}

/// Normal weights, column c of standard deviation from 0.3 to 1: small columns drift faster.
std::vector<float> graded_weights() {
  std::vector<float> weights(size * size);
  fill_normal(RandomKey(11), weights);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = std::clamp(weights[i], -2.5f, 2.5f) * (.3f + .7f * static_cast<float>(i % size) / size);
  return weights;
}

/// Factors of one read over the scales, of all columns.
std::vector<float> factors(const std::vector<float>& weights, const HardwareConfig& hardware,
                           const DeviceModel& model, double time_s, std::uint64_t seed = 1) {
  const CrossbarMatrix matrix(map_to_conductances(weights, size, size, hardware, model.range()), hardware,
                              model, RandomKey(seed));
  auto found = matrix.read(time_s, RandomKey(seed + 1000)).output_scales;
  for (size_t i = 0; i < found.size(); ++i) found[i] /= matrix.targets().scales[i];
  return found;
}

/// Column c of 256 drifts with an exponent of its own, from 0.03 to 0.07.
class ColumnDrift : public GaussianDevice {
 public:
  ColumnDrift() : GaussianDevice({0, 25}, .5f, 1) {}

 protected:
  float left_of(std::size_t device, double time_s) const override {
    return static_cast<float>(std::pow(1 + time_s, -.03 - .04 * double(device % size) / size));
  }
};

/// Of each column: regression of the compensated weights on those that the programmed devices stand for.
std::vector<float> slopes(const HardwareConfig& hardware, const DeviceModel& model, double time_s) {
  std::vector<float> weights(size * size);
  Random random(RandomKey(3));
  for (float& w : weights)
    w = static_cast<float>((random.chance(.5) ? 1 : -1) * (.5 + .5 * random.uniform()));
  const CrossbarMatrix matrix(map_to_conductances(weights, size, size, hardware), hardware, model,
                              RandomKey(1));
  const auto read = matrix.read(time_s, RandomKey(2));
  std::vector<float> found;
  for (size_t c = 0; c < size; ++c) {
    double product = 0, square = 0;
    for (size_t i = c; i < weights.size(); i += size) {
      const double programmed = (matrix.written_us(0)[i] - matrix.written_us(1)[i]) / 25;
      product += programmed * read.conductances[i] * read.output_scales[c] / matrix.targets().scales[c];
      square += programmed * programmed;
    }
    found.push_back(static_cast<float>(product / square));
  }
  return found;
}

}  // namespace

TEST_CASE("The read-out of a column is the sum of what its rows give through the converter") {
  HardwareConfig hardware;
  hardware.crossbar_rows = 3;
  hardware.crossbar_columns = 2;
  const auto targets = map_to_conductances(std::vector<float>(5 * 3, 1.0f), 5, 3, hardware);
  std::vector<float> g;
  for (int i = 0; i < 15; ++i) g.push_back(static_cast<float>(i % 2 ? -i : i));
  CHECK(read_out_columns(targets, g, {}, 0, RandomKey(1)) == std::vector<float>{9, 12, 15, 21, 23, 25});
  CHECK(read_out_columns(targets, g, {8, 8}, 0, RandomKey(1)) == std::vector<float>{8, 8, 16, 16, 16, 16});
}

TEST_CASE("Devices that drift alike are brought back by every compensation, exactly without noise") {
  const GaussianDevice model({0, 25}, .5f, 0, .05);
  const double expected = std::pow(1 + day_s, .05);
  for (const auto name : {CompensationMode::global, CompensationMode::exact, CompensationMode::column})
    for (const float factor : factors(graded_weights(), hardware_of(name, true), model, day_s))
      REQUIRE(factor == Approx(expected).epsilon(1e-4));
  for (const float factor :
       factors(graded_weights(), hardware_of(CompensationMode::none, true), model, day_s))
    REQUIRE(factor == 1);
}

TEST_CASE("The exact reference does not see the output noise that pulls the global factor to 1") {
  auto hardware = hardware_of(CompensationMode::global, false);
  hardware.output_noise = .2;
  const GaussianDevice model({0, 25}, 0, 0, .05);
  const double expected = std::pow(1 + day_s, .05);
  CHECK(factors(graded_weights(), hardware, model, day_s)[0] < .9 * expected);
  hardware.drift_compensation = CompensationMode::exact;
  CHECK(factors(graded_weights(), hardware, model, day_s)[0] == Approx(expected).epsilon(1e-4));
}

TEST_CASE("The exact baseline has no read noise: its factors vary half as much as those of two reads") {
  // Weights of +-1: |g| = |1 + e| has mean 1, so both factors at time 0 are 1 within the noise of the mean;
  // the global one is a ratio of two reads, the exact one of one read to the programmed values: half the
  // variance.
  std::vector<float> weights(size * size);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = i % 2 ? 1.0f : -1.0f;
  const double relative = .1;  // of one weight: the noise of both devices
  const GaussianDevice model({0, 25}, 0, static_cast<float>(25 * relative / std::sqrt(2.0)));
  for (const auto& [name, reads] :
       {std::pair{CompensationMode::global, 2}, std::pair{CompensationMode::exact, 1}}) {
    std::vector<float> found;
    for (std::uint64_t seed = 1; seed <= 100; ++seed)
      found.push_back(factors(weights, hardware_of(name, true), model, 0, seed)[0]);
    const double expected = relative * std::sqrt(double(reads)) / size;
    CHECK(moments(found).mean == Approx(1).margin(mean_bound(expected, found.size())));
    CHECK(moments(found).deviation == Approx(expected).margin(deviation_bound(expected, found.size())));
  }
}

TEST_CASE("Per-column compensation is unbiased where columns drift differently; the global one is not") {
  const auto column = moments(slopes(hardware_of(CompensationMode::column, true), ColumnDrift(), day_s));
  // A factor is a ratio of means of 256 moduli of about 0.75, each with read noise of both devices, 0.057:
  // then, and now times 1.75 for the drift; the regression averages the same noise of now.
  CHECK(column.deviation < .057 * std::sqrt(1 + 2 * 1.75 * 1.75) / .75 / std::sqrt(double(size)));
  CHECK(column.mean == Approx(1).margin(mean_bound(column.deviation, size)));
  const auto global = slopes(hardware_of(CompensationMode::global, true), ColumnDrift(), day_s);
  CHECK(global.front() == Approx(std::pow(day_s, .02)).epsilon(.03));  // against the mean exponent of 0.05
  CHECK(global.back() == Approx(std::pow(day_s, -.02)).epsilon(.03));
}

TEST_CASE("A column that reads below a step of the converter takes its tile's factor") {
  auto hardware = hardware_of(CompensationMode::column, true);
  hardware.adc_bits = 8;
  hardware.adc_range = 10;  // steps of 0.0787
  std::vector<float> weights(size * size);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = i % size == 7 ? .05f : i % size == 9 ? 0.0f : 1 + .1f * static_cast<float>(i % 5);
  const GaussianDevice model({0, 25}, 0, 0, .05);
  const auto found = factors(weights, hardware, model, day_s);
  hardware.drift_compensation = CompensationMode::global;
  const auto global = factors(weights, hardware, model, day_s);
  CHECK(found[7] == global[7]);
  CHECK(found[9] == global[9]);
  CHECK(found[1] != global[1]);
  for (const float factor : found) CHECK(factor == Approx(std::pow(1 + day_s, .05)).epsilon(.1));
}

TEST_CASE("Dead columns and empty matrices get finite factors") {
  auto hardware = hardware_of(CompensationMode::column, true);
  hardware.faults.dead_column_rate = 1;
  const GaussianDevice model({0, 25}, 0, 0, .05);
  for (const float factor : factors(graded_weights(), hardware, model, day_s)) REQUIRE(factor == 1);
}
