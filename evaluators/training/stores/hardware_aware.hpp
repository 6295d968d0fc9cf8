// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/operands.hpp"
#include "evaluators/training/stores/master_copy.hpp"

namespace mho {

/// Training under the hardware's noise and converters (Joshi et al. 2020; Rasch et al. 2023): after a digital
/// beginning every mini-batch meets a fresh noisy copy of the weights, and weights are clipped so that a few
/// large ones do not squeeze all others into the low conductances.
class HardwareAwareStore : public MasterCopyStore {
 public:
  using MasterCopyStore::MasterCopyStore;
  static Regime regime();

  TrainingPhase phase_at(int step, int steps) const override;
  const Operands& operands(TrainingPhase phase, RandomKey key) override;
  bool commit(double learning_rate) override;

 protected:
  /// How a mini-batch reads its noisy copy.
  virtual TrainingRead read_in(TrainingPhase phase, RandomKey key) const;

 private:
  void clip_weights();

  CrossbarProducts products_;
};

}  // namespace mho
