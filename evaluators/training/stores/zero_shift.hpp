// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/stores/pulsed.hpp"

namespace mho {

/// Zero-shifting (Kim et al., arXiv 1907.10228): before the training each device is brought to where up and
/// down pulses cancel, and that conductance stands for no weight from then on, so that what pulls devices
/// there pulls weights to zero. Then as `pulsed`.
class ZeroShiftStore : public PulsedStore {
 public:
  ZeroShiftStore(const StoreContext& context, Parameters initial);
  static Regime regime();
};

}  // namespace mho
