// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/output_gain.hpp"

#include <cmath>

#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/training/operands.hpp"
#include "evaluators/training/training.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

constexpr int first_node = 1;  // conv1 of the toy network

HardwareConfig coarse_adc(int bits, double range) {
  HardwareConfig hardware;
  hardware.adc_bits = bits;
  hardware.adc_range = range;
  hardware.output_noise = 0;
  return hardware;
}

Parameters gained(const Samples& samples, const HardwareConfig& hardware) {
  const auto architecture = toy_network(5);
  auto parameters = initial_parameters(architecture, RandomKey(5));
  for (auto& layer : parameters) layer.input_range = 8;
  calibrate_output_gains(without_output_noise(architecture, hardware), parameters, samples, 20);
  return parameters;
}

/// Variance of the first convolution's outputs over all columns and pixels, each column about its own mean.
double spread_of_first(const Samples& samples, const Parameters& parameters, const HardwareConfig& hardware,
                       bool on_hardware) {
  const auto architecture = toy_network(5);
  const Network network(architecture, mvm_settings(architecture, hardware));
  Operands operands;
  if (on_hardware)
    noisy_operands({network, parameters, hardware}, RandomKey(1), operands);
  else
    operands = Network(architecture, {}).digital_operands(parameters, false);
  const auto& layer = *network.matrix(first_node);
  const auto columns = static_cast<size_t>(layer.columns());
  FloatBuffer scratch(network.scratch_size()),
      y(static_cast<size_t>(20 * layer.output_size()) + kernel_slack());
  (on_hardware ? layer : MatrixLayer(architecture, first_node, {}))
      .forward({operands[first_node], samples.images.data(), 20, scratch.data()}, nullptr, y.data());
  std::vector<double> sums(columns, 0), squares(columns, 0);
  const size_t count = static_cast<size_t>(20 * layer.output_size());
  for (size_t i = 0; i < count; ++i) {
    sums[i % columns] += y[i];
    squares[i % columns] += double{y[i]} * y[i];
  }
  double total = 0;
  for (size_t c = 0; c < columns; ++c)
    total += squares[c] - sums[c] * sums[c] * static_cast<double>(columns) / static_cast<double>(count);
  return total;
}

}  // namespace

TEST_CASE("output gains give a coarse ADC's outputs the spread of the exact ones") {
  const auto samples = toy_samples(20, 5, 1, 1);
  for (const auto& [bits, range] : {std::pair{3, 4.0}, {4, 6.0}, {8, 10.0}}) {
    const auto hardware = coarse_adc(bits, range);
    const auto parameters = gained(samples, hardware);
    CHECK(spread_of_first(samples, parameters, hardware, true) ==
          Approx(spread_of_first(samples, parameters, hardware, false)).epsilon(1e-3));
  }
}

TEST_CASE("output gains are near 1 with a fine ADC and stay 1 where all outputs convert to zero") {
  const auto samples = toy_samples(20, 5, 1, 1);
  CHECK(gained(samples, coarse_adc(10, 10))[first_node].output_gain == Approx(1).epsilon(0.01));
  CHECK(gained(samples, coarse_adc(3, 10000))[first_node].output_gain == 1);
}

TEST_CASE("pim_qat learns the toy task through an ADC of 4 bits") {
  const auto training = toy_samples(1000, 10, 1.5, 1), test = toy_samples(500, 10, 1.5, 2);
  HardwareConfig hardware;
  hardware.adc_bits = 4;
  hardware.adc_range = 6;
  TrainingConfig config;
  config.regime = "pim_qat";
  config.epochs = 8;
  const auto trained = train({toy_network(10), hardware}, {training, config}, RandomKey(1));
  REQUIRE_FALSE(trained.failed);
  bool gained = false;
  for (const auto& layer : trained.parameters) gained = gained || layer.output_gain != 1;
  CHECK(gained);
  ScoringConfig scoring;
  scoring.programmings = 5;
  ChipCalibration calibration{{}, &training};
  calibration.config.batch_norm_samples = 128;
  const auto result =
      score({toy_network(10), hardware}, trained.parameters, test, scoring, RandomKey(2), calibration);
  CHECK(result.at(1).mean > 0.5);  // chance is 0.1
}

TEST_CASE("behind an ADC of 3 bits that saturates, pim_qat beats hardware-aware training") {
  const auto training = toy_samples(1000, 10, 1.5, 1), test = toy_samples(500, 10, 1.5, 2);
  HardwareConfig coarse;
  coarse.adc_bits = 3;
  coarse.adc_range = 2;
  ScoringConfig scoring;
  scoring.programmings = 4;
  ChipCalibration calibration{{}, &training};
  calibration.config.batch_norm_samples = 128;
  calibration.config.batch_norm_at = BatchNormTime::every_time;
  const auto accuracy = [&](const char* regime, const HardwareConfig& known, std::uint64_t seed) {
    TrainingConfig config;
    config.regime = regime;
    config.epochs = 8;
    config.adc_fraction = 0.6;  // where much saturates, more steps with the ADC on help: 1.2 points else
    config.least_drift = 0.5;
    const auto trained = train({toy_network(10), known}, {training, config}, RandomKey(seed));
    const auto result = score({toy_network(10), coarse}, trained.parameters, test, scoring,
                              RandomKey(seed + 10), calibration);
    double sum = 0;
    for (const auto& point : result.drift) sum += point.mean / static_cast<double>(result.drift.size());
    return sum;
  };
  double gained = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    gained += (accuracy("pim_qat", coarse, seed) - accuracy("hardware_aware", {}, seed)) / 3;
  // The three pairs differ by 1.5 to 2.7 points, 2.2 +- 0.4 (standard error) in the mean over all times.
  CHECK(gained > 0.01);
}
