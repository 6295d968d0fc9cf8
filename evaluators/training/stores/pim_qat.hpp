// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/stores/hardware_aware.hpp"

namespace mho {

/// Hardware-aware training for coarse ADCs (PIM-QAT, arXiv 2209.08617, and docs/physics.md): the ADC comes
/// late, passes no gradient through saturated partial sums, sees drifted conductances, and what it does to
/// the outputs' spread is undone by a gain a layer.
class PimQatStore : public HardwareAwareStore {
 public:
  PimQatStore(const StoreContext& context, Parameters initial);
  static Regime regime();

  TrainingPhase phase_at(int step, int steps) const override;
  void calibrate(const Samples& samples) override;

 protected:
  TrainingRead read_in(TrainingPhase phase, RandomKey key) const override;

 private:
  CompiledCandidate quiet_;  ///< without output noise: what gains are calibrated on
};

}  // namespace mho
