// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_step.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/base/parallel.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "evaluators/measures/network_bench.hpp"
#include "evaluators/training/training.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Sixteen synthetic images with the slack that kernels want.
struct Batch {
  Samples samples;
  FloatBuffer images;

  explicit Batch(const Architecture& architecture)
      : samples(synthetic_samples(architecture, 16, RandomKey(1))),
        images(samples.images.size() + kernel_slack()) {
    std::copy(samples.images.begin(), samples.images.end(), images.begin());
  }
  MiniBatch of(RandomKey key) const { return {images.data(), samples.labels.data(), 16, key}; }
};

FloatBuffer weights_after(int steps, bool noisy, const TrainingConfig& config, double learning_rate) {
  const auto architecture = make_builtin("mlp:16", {4, 4, 1}, 3);
  const Batch batch(architecture);
  const HardwareConfig hardware;
  const CompiledCandidate candidate(architecture, hardware);
  TrainingStep step(candidate, config, std::make_unique<SoftmaxCrossEntropy>(0), 16, RandomKey(2));
  step.store().calibrate(batch.samples);
  for (int i = 0; i < steps; ++i)
    step.run(batch.of(RandomKey(3).with("step", static_cast<std::uint64_t>(i))),
             noisy ? TrainingPhase::on_hardware : TrainingPhase::digital, learning_rate);
  for (const auto& layer : step.store().parameters())
    if (!layer.weight.empty()) return layer.weight;
  return {};
}

}  // namespace

TEST_CASE("a noisy step depends on its key alone and differs from a digital one") {
  const TrainingConfig config;
  CHECK(weights_after(3, true, config, 0.1) == weights_after(3, true, config, 0.1));
  CHECK(weights_after(3, true, config, 0.1) != weights_after(3, false, config, 0.1));
}

TEST_CASE("weights are clipped in the hardware-aware regime only") {
  TrainingConfig config;
  config.clip_deviations = 0.5;
  const auto largest = [&](const char* regime) {
    config.regime = regime;
    const auto weights = weights_after(1, false, config, 0);
    return std::abs(*std::max_element(weights.begin(), weights.end(),
                                      [](float a, float b) { return std::abs(a) < std::abs(b); }));
  };
  CHECK(largest("hardware_aware") < 0.5f * largest("digital"));
}

TEST_CASE("repeating one mini-batch lowers its loss") {
  const auto architecture = make_builtin("mlp:16", {4, 4, 1}, 3);
  const Batch batch(architecture);
  const TrainingConfig config;
  const HardwareConfig hardware;
  const CompiledCandidate candidate(architecture, hardware);
  TrainingStep step(candidate, config, std::make_unique<SoftmaxCrossEntropy>(0), 16, RandomKey(2));
  const auto loss = [&] { return step.run(batch.of(RandomKey(3)), TrainingPhase::digital, 0.1); };
  const double first = loss();
  for (int i = 0; i < 20; ++i) loss();
  CHECK(loss() < 0.5 * first);
}

namespace {

/// Parameters after some noisy steps on an untrained network with input ranges multiplied by `factor`.
Parameters trained(const HardwareConfig& hardware, int steps, float factor = 1,
                   const TrainingConfig& training = {}) {
  const auto architecture = make_builtin("lenet5", {12, 12, 1}, 3);
  const Batch batch(architecture);
  TrainingConfig config = training;
  config.shards = 4;
  const CompiledCandidate candidate(architecture, hardware);
  TrainingStep step(candidate, config, std::make_unique<SoftmaxCrossEntropy>(0), 16, RandomKey(2));
  step.store().calibrate(batch.samples);
  for (auto& layer : step.store().parameters()) layer.input_range *= factor;
  for (int i = 0; i < steps; ++i)
    step.run(batch.of(RandomKey(3).with("step", static_cast<std::uint64_t>(i))), TrainingPhase::on_hardware,
             0.05);
  return step.store().parameters();
}

}  // namespace

TEST_CASE("input ranges are trained where they are learned, and only there") {
  HardwareConfig hardware;
  const auto before = trained(hardware, 0, 0.1f), still = trained(hardware, 10, 0.1f);
  hardware.input_range.mode = InputRangeMode::learned;
  const auto narrow = trained(hardware, 10, 0.1f), wide = trained(hardware, 10, 4.0f),
             wide_before = trained(hardware, 0, 4.0f);
  int layers = 0, changed = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].input_range == 0) continue;
    ++layers;
    CHECK(still[i].input_range == before[i].input_range);
    changed += narrow[i].input_range != before[i].input_range;
    // Nothing is clipped there: decay alone, rate 0.05 x 0.001 a step and Nesterov momentum.
    CHECK(wide[i].input_range < wide_before[i].input_range);
    CHECK(wide[i].input_range > 0.99f * wide_before[i].input_range);
  }
  CHECK(layers == 5);
  CHECK(changed == layers);  // the first layer too, whose input has no gradient otherwise
}

TEST_CASE("training by vectors gives the same bits for one thread and for several") {
  HardwareConfig hardware;
  hardware.crossbar_rows = 32;
  hardware.effects.input_rounding = Rounding::stochastic;
  hardware.effects.read_weight_noise = 0.02;
  hardware.effects.bound_management = BoundManagement::iterative;
  hardware.effects.column_gain_spread = 0.05;
  hardware.effects.backward_dac_bits = hardware.effects.backward_adc_bits = 8;
  hardware.effects.backward_output_noise = 0.02;
  hardware.input_range.mode = InputRangeMode::learned;
  set_thread_count(1);
  const auto one = trained(hardware, 3);
  set_thread_count(4);
  const auto several = trained(hardware, 3);
  set_thread_count(0);
  for (size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].weight == several[i].weight);
    CHECK(one[i].input_range == several[i].input_range);
  }
}

TEST_CASE("backward converters change what weights learn, and fine ones hardly do") {
  HardwareConfig hardware;
  hardware.output_noise = 0;
  const auto exact = trained(hardware, 1);
  const auto difference = [&](int bits) {
    hardware.effects.backward_dac_bits = hardware.effects.backward_adc_bits = bits;
    const auto other = trained(hardware, 1);
    double sum = 0, size = 0;
    for (size_t i = 0; i < exact.size(); ++i)
      for (size_t k = 0; k < exact[i].weight.size(); ++k) {
        sum += std::pow(other[i].weight[k] - exact[i].weight[k], 2);
        size += std::pow(exact[i].weight[k], 2);
      }
    return std::sqrt(sum / size);
  };
  const double coarse = difference(3), fine = difference(10);
  CHECK(fine > 0);
  CHECK(coarse > 3 * fine);
}

namespace {

/// Relative difference of all weights.
double difference(const Parameters& a, const Parameters& b) {
  double sum = 0, size = 0;
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t k = 0; k < a[i].weight.size(); ++k) {
      sum += std::pow(a[i].weight[k] - b[i].weight[k], 2);
      size += std::pow(a[i].weight[k], 2);
    }
  return std::sqrt(sum / size);
}

HardwareConfig adc_with_range(double range) {
  HardwareConfig hardware;
  hardware.crossbar_rows = 32;
  hardware.adc_bits = 10;
  hardware.adc_range = range;
  hardware.output_noise = 0;
  return hardware;
}

}  // namespace

TEST_CASE("pim_qat gives the same bits for one thread and for several") {
  TrainingConfig config;
  config.regime = "pim_qat";
  auto hardware = adc_with_range(2);
  hardware.adc_bits = 4;
  hardware.output_noise = 0.04;
  set_thread_count(1);
  const auto one = trained(hardware, 3, 1, config);
  set_thread_count(4);
  const auto several = trained(hardware, 3, 1, config);
  set_thread_count(0);
  for (size_t i = 0; i < one.size(); ++i) CHECK(one[i].weight == several[i].weight);
}

TEST_CASE("with a least drift, a coarse ADC gives other gradients than without") {
  TrainingConfig config;
  config.regime = "pim_qat";
  auto hardware = adc_with_range(4);
  hardware.adc_bits = 3;
  const auto drifted = trained(hardware, 1, 1, config);
  config.least_drift = 1;
  CHECK(difference(drifted, trained(hardware, 1, 1, config)) > 1e-4);
}
