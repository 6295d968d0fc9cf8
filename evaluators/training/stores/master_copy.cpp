// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/master_copy.hpp"

#include <algorithm>
#include <cmath>

#include "evaluators/training/calibration.hpp"

namespace mho {
namespace {

/// A learned input range shrinks only while fewer of its inputs are clipped (aihwkit's input_min_percentage).
constexpr double largest_clipped_share = 0.05;

OptimizerSettings settings_of(const StoreContext& context) {
  const auto& config = context.config;
  const bool learned = context.hardware.input_range.mode == InputRangeMode::learned;
  return {config.optimizer, config.momentum, config.weight_decay, learned ? config.input_range_rate : 0};
}

}  // namespace

MasterCopyStore::MasterCopyStore(const StoreContext& context, Parameters initial)
    : context_(context),
      parameters_(std::move(initial)),
      gradients_(zero_gradients(parameters_)),
      optimizer_(settings_of(context), parameters_) {}

void MasterCopyStore::calibrate(const Samples& samples) {
  calibrate_input_ranges(context_.candidate, parameters_, samples, calibration_samples);
}

void MasterCopyStore::accumulate(const TrainingNetwork& measured) {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    gradients_[i].input_range = 0;
    if (!operands_[i].learns_range) continue;
    const auto range = measured.range_gradient(static_cast<int>(i));
    const double decay =
        range.clipped_share() < largest_clipped_share ? context_.config.input_range_decay : 0;
    gradients_[i].input_range = static_cast<float>(parameters_[i].input_range * range.sum + decay);
  }
}

bool MasterCopyStore::commit(double learning_rate) {
  optimizer_.step(parameters_, gradients_, learning_rate);
  const auto& moments = optimizer_.weight_moments();
  return std::all_of(moments.begin(), moments.end(),
                     [](const Moments& m) { return std::isfinite(m.square); });
}

void MasterCopyStore::resume(const Parameters& parameters, const OptimizerState& state) {
  parameters_ = parameters;
  optimizer_.restore(state);
}

}  // namespace mho
