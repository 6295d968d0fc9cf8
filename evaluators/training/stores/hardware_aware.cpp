// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/hardware_aware.hpp"

#include <algorithm>
#include <cmath>

namespace mho {
namespace {

/// Clips weights at a multiple of their standard deviation (aihwkit's "layer Gaussian"): a few large weights
/// would squeeze all others into the low conductances, where noise is relatively largest.
void clip(FloatBuffer& weights, const Moments& total, double deviations) {
  const double n = static_cast<double>(weights.size()), mean = total.sum / n;
  const double variance = std::max(0.0, total.square / n - mean * mean);
  kernels().clip(static_cast<float>(deviations * std::sqrt(variance)), weights.size(), weights.data());
}

}  // namespace

Regime HardwareAwareStore::regime() {
  return {.name = "hardware_aware",
          .help = "training under the hardware's noise and converters",
          .check = [](const TrainingConfig&, const HardwareConfig&) {},
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<HardwareAwareStore>(context, std::move(initial));
          }};
}

TrainingPhase HardwareAwareStore::phase_at(int step, int steps) const {
  return step < context_.config.digital_fraction * steps ? TrainingPhase::digital
                                                         : TrainingPhase::on_hardware;
}

const Operands& HardwareAwareStore::operands(TrainingPhase phase, RandomKey key) {
  if (phase == TrainingPhase::digital)
    context_.network.digital_operands(parameters_, true, operands_, arithmetic_of(context_.config));
  else
    noisy_operands({context_.network, parameters_, context_.hardware, context_.config.weight_noise,
                    read_in(phase, key), arithmetic_of(context_.config)},
                   key, operands_, &products_);
  return operands_;
}

TrainingRead HardwareAwareStore::read_in(TrainingPhase phase, RandomKey) const {
  return phase == TrainingPhase::without_adc ? TrainingRead{TrainingAdc::none} : TrainingRead{};
}

bool HardwareAwareStore::commit(double learning_rate) {
  const bool finite = MasterCopyStore::commit(learning_rate);
  if (finite && context_.config.clip_deviations > 0) clip_weights();
  return finite;
}

void HardwareAwareStore::clip_weights() {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const int node = static_cast<int>(i);
    if (!parameters_[i].weight.empty() && !optimizer_.is_frozen(i) && context_.network.matrix(node) &&
        is_on_crossbar(context_.network, node))
      clip(parameters_[i].weight, optimizer_.weight_moments()[i], context_.config.clip_deviations);
  }
}

}  // namespace mho
