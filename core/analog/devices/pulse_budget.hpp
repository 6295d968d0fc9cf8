// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/fields.hpp"

namespace mho {

/// What pulses cost a device; 0 where it is not known, so that a score can say so.
struct PulseBudget {
  double endurance_pulses = 0;     ///< pulses until a device wears out
  double pulse_energy_low_j = 0;   ///< energy of one pulse on one device: where sources disagree, the least
  double pulse_energy_high_j = 0;  ///< ... and the most

  void fields(FieldVisitor& visitor);
};

}  // namespace mho
