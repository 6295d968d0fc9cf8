// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/pim_qat.hpp"

#include <cmath>

#include "evaluators/training/output_gain.hpp"

namespace mho {
namespace {

/// Training samples of each calibration of the output gains: spreads need fewer than percentiles.
constexpr int gain_samples = 32;

}  // namespace

Regime PimQatStore::regime() {
  return {.name = "pim_qat",
          .help = "the same for coarse ADCs",
          .clips_gradients = true,
          .check = [](const TrainingConfig&, const HardwareConfig&) {},
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<PimQatStore>(context, std::move(initial));
          }};
}

PimQatStore::PimQatStore(const StoreContext& context, Parameters initial)
    : HardwareAwareStore(context, std::move(initial)),
      quiet_(without_output_noise(context.candidate.architecture(), context.hardware)) {}

TrainingPhase PimQatStore::phase_at(int step, int steps) const {
  const auto phase = HardwareAwareStore::phase_at(step, steps);
  const bool early = step < context_.config.adc_fraction * steps;
  return phase == TrainingPhase::on_hardware && early ? TrainingPhase::without_adc : phase;
}

void PimQatStore::calibrate(const Samples& samples) {
  HardwareAwareStore::calibrate(samples);
  calibrate_output_gains(quiet_, parameters_, samples, gain_samples);
}

TrainingRead PimQatStore::read_in(TrainingPhase phase, RandomKey key) const {
  if (phase == TrainingPhase::without_adc) return {TrainingAdc::none};
  const double part = Random(key.with("drift")).uniform();
  return {TrainingAdc::clipped, static_cast<float>(std::pow(context_.config.least_drift, part))};
}

}  // namespace mho
