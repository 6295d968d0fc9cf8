// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/power_law.hpp"

namespace mho {

/// A device whose noise does not depend on its conductance: the baseline that tells what the dependence of
/// the other models is worth (aihwkit's StateIndependentNoiseModel, docs/physics.md). g_max in µS scales the
/// figures, which hold at 25 µS.
class StateIndependentDevice : public PowerLawDevice {
 public:
  explicit StateIndependentDevice(double g_max_us, const StateIndependentParameters& parameters = {},
                                  const DeviceScales& scales = {});

 protected:
  void programming_deviation(std::span<const float> x, std::span<float> deviation) const override;
  void exponent_statistics(std::span<const float> x, std::span<float> mean,
                           std::span<float> deviation) const override;
  void read_noise(std::span<const float> x, std::span<float> fraction) const override;

 private:
  float programming_, exponent_mean_, exponent_deviation_, read_noise_;
};

}  // namespace mho
