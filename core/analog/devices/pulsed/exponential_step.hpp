// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

/// Pulses change exponentially: with z = slope w + offset, f(w) = max(1 - amplitude_up e^(gamma_up z), 0)
/// upwards and max(1 - amplitude_down e^(-gamma_down z), 0) downwards (aihwkit's ExpStepDevice, with which
/// Gong et al., Nature Communications 9, 2102, 2018, describe an HfO2 ReRAM: the default coefficients).
class ExponentialStepDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like PulsedDevice.
  explicit ExponentialStepDevice(double g_max_us, const ExponentialStepParameters& parameters = {},
                                 const DeviceScales& scales = {},
                                 const std::string& name = "exponential_step");
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;

 protected:
  double step_factor(double w, bool up) const override;

 private:
  ExponentialStepParameters parameters_;
};

}  // namespace mho
