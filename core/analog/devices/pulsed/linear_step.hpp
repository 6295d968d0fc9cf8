// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

/// Pulses change linearly over the range: f(w) = 1 - gamma_up w upwards, 1 + gamma_down w downwards, each
/// device with gammas of its own and no regard to its own bounds, where it stops (aihwkit's LinearStepDevice
/// with mean_bound_reference). gamma 0 is the constant step, 1 soft bounds.
class LinearStepDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like PulsedDevice.
  explicit LinearStepDevice(double g_max_us, const LinearStepParameters& parameters = {},
                            const DeviceScales& scales = {}, const std::string& name = "linear_step");
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;

 protected:
  double step_factor(double w, bool up) const override;

 private:
  LinearStepParameters parameters_;
};

}  // namespace mho
