// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

/// Pulses shrink by a power of the distance from the bound ahead: f(w) = (1 - w / bound)^gamma, each device
/// with gammas of its own (aihwkit's PowStepDevice, whose step is 2^gamma of this one). gamma 1 is soft
/// bounds.
class PowerStepDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like PulsedDevice.
  explicit PowerStepDevice(double g_max_us, const PowerStepParameters& parameters = {},
                           const DeviceScales& scales = {}, const std::string& name = "power_step");
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;

 protected:
  double step_factor(double w, bool up) const override;

 private:
  PowerStepParameters parameters_;
};

}  // namespace mho
