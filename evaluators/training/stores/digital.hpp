// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/stores/master_copy.hpp"

namespace mho {

/// Plain training: the hardware is met after it.
class DigitalStore : public MasterCopyStore {
 public:
  using MasterCopyStore::MasterCopyStore;
  static Regime regime();

  TrainingPhase phase_at(int, int) const override { return TrainingPhase::digital; }
  const Operands& operands(TrainingPhase phase, RandomKey key) override;
};

}  // namespace mho
