// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training_step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluators/calibration.hpp"
#include "evaluators/output_gain.hpp"
#include "evaluators/training.hpp"

namespace mho {
namespace {

/// Of each calibration of the output gains: spreads need fewer than percentiles.
constexpr int kGainSamples = 32;

/// A learned input range shrinks only while fewer of its inputs are clipped (aihwkit's input_min_percentage).
constexpr double kLargestClippedShare = 0.05;

/// Clips weights at a multiple of their standard deviation (aihwkit's "layer Gaussian"): a few large weights
/// would squeeze all others into the low conductances, where noise is relatively largest.
void clip(FloatBuffer& weights, const Moments& total, double deviations) {
  const double n = static_cast<double>(weights.size()), mean = total.sum / n;
  const double variance = std::max(0.0, total.square / n - mean * mean);
  kernels().clip(static_cast<float>(deviations * std::sqrt(variance)), weights.size(), weights.data());
}

}  // namespace

TrainingStep::TrainingStep(const Architecture& architecture, const TrainingConfig& config,
                           const HardwareConfig& hardware, int batch_size, RandomKey key)
    : config_(config),
      hardware_(hardware),
      network_(architecture, mvm_settings(architecture, hardware)),
      batch_(batch_size),
      parameters_(initial_parameters(architecture, key)),
      gradients_(zero_gradients(parameters_)),
      loss_(make_loss(config)),
      buffers_(network_, *loss_, batch_size, config.shards),
      optimizer_({config.optimizer, config.momentum, config.weight_decay,
                  hardware.input_range.mode == "learned" ? config.input_range_rate : 0},
                 parameters_) {}

void TrainingStep::calibrate(const Samples& samples) {
  calibrate_input_ranges(network_, parameters_, samples, kCalibrationSamples, hardware_);
  if (config_.regime == "pim_qat")
    calibrate_output_gains(network_, parameters_, samples, kGainSamples, hardware_);
}

double TrainingStep::run(const float* images, const int* labels, TrainingPhase phase, double learning_rate,
                         RandomKey key) {
  if (phase != TrainingPhase::digital)
    noisy_operands(network_, parameters_, hardware_, config_.weight_noise, key, operands_,
                   read_in(phase, key));
  else
    network_.digital_operands(parameters_, true, operands_);
  const auto result = buffers_.step(parameters_, operands_, {images, labels, batch_, key}, gradients_);
  finish_range_gradients();
  optimizer_.step(parameters_, gradients_, learning_rate);
  if (!weights_are_finite()) return std::numeric_limits<double>::quiet_NaN();
  if (config_.regime != "digital" && config_.clip_deviations > 0) clip_weights();
  return result.loss;
}

bool TrainingStep::weights_are_finite() const {
  const auto& moments = optimizer_.weight_moments();
  return std::all_of(moments.begin(), moments.end(),
                     [](const Moments& m) { return std::isfinite(m.square); });
}

TrainingRead TrainingStep::read_in(TrainingPhase phase, RandomKey key) const {
  if (phase == TrainingPhase::without_adc) return {TrainingAdc::none};
  if (config_.regime != "pim_qat") return {};
  const double part = Random(key.with("drift")).uniform();
  return {TrainingAdc::clipped, static_cast<float>(std::pow(config_.least_drift, part))};
}

void TrainingStep::resume(const Parameters& parameters, const OptimizerState& state) {
  parameters_ = parameters;
  optimizer_.restore(state);
}

void TrainingStep::finish_range_gradients() {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    gradients_[i].input_range = 0;
    if (!operands_[i].learns_range) continue;
    const auto range = buffers_.range_gradient(static_cast<int>(i));
    const double decay = range.clipped_share() < kLargestClippedShare ? config_.input_range_decay : 0;
    gradients_[i].input_range = static_cast<float>(parameters_[i].input_range * range.sum + decay);
  }
}

void TrainingStep::clip_weights() {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const int node = static_cast<int>(i);
    if (!parameters_[i].weight.empty() && network_.matrix(node) && is_on_crossbar(network_, node))
      clip(parameters_[i].weight, optimizer_.weight_moments()[i], config_.clip_deviations);
  }
}

}  // namespace mho
