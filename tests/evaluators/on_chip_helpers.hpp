// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "evaluators/training/training.hpp"
#include "evaluators/training/training_step.hpp"
#include "tests/evaluators/toy_task.hpp"

namespace mho::test {

/// Single constant-step devices of 10 to 30 µS with `states` steps and no spread, products without converters
/// and noise.
inline HardwareConfig exact_chip(double states = 1200) {
  HardwareConfig hardware;
  hardware.device = "constant_step";
  hardware.g_max_us = 30;
  hardware.device_parameters.constant_step.states = states;
  hardware.cell.kind = CellKind::single;
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  hardware.drift_compensation = CompensationMode::none;
  return hardware;
}

inline TrainingConfig on_chip_training(const std::string& regime) {
  TrainingConfig config;
  config.regime = regime;
  config.momentum = 0;
  config.learning_rate = 0.05;
  config.batch_size = 4;
  return config;
}

/// A step on the same four toy images, again and again.
class ToySteps {
 public:
  ToySteps(const Architecture& architecture, const TrainingConfig& config, const HardwareConfig& hardware)
      : samples_(toy_samples(4, 3, 0.3, 5)),
        images_(samples_.images.size() + kernel_slack()),
        config_(config),
        candidate_(architecture, hardware),
        step_(candidate_, config_, std::make_unique<SoftmaxCrossEntropy>(0), 4, RandomKey(2)) {
    std::copy(samples_.images.begin(), samples_.images.end(), images_.begin());
    step_.store().calibrate(samples_);
  }
  double run(double rate, TrainingPhase phase = TrainingPhase::on_hardware) {
    return step_.run({images_.data(), samples_.labels.data(), 4, RandomKey(3).with("step", steps_++)}, phase,
                     rate);
  }
  WeightStore& store() { return step_.store(); }
  std::map<std::string, NamedTensor> state() {
    std::map<std::string, NamedTensor> tensors;
    step_.store().save(tensors);
    return tensors;
  }

 private:
  Samples samples_;
  FloatBuffer images_;
  TrainingConfig config_;
  CompiledCandidate candidate_;
  TrainingStep step_;
  std::uint64_t steps_ = 0;
};

}  // namespace mho::test
