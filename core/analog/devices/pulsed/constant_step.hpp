// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

/// Every pulse moves a device by the same amount, wherever it is: f(w) = 1 (the "constant step" of Gokmen and
/// Vlasov, Frontiers in Neuroscience 10, 333, 2016). Without spreads and noise, as by default, it is ideal:
/// updates do exactly what they should up to the size of a step.
class ConstantStepDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like PulsedDevice.
  explicit ConstantStepDevice(double g_max_us, const PulsedParameters& parameters = {},
                              const DeviceScales& scales = {}, const std::string& name = "constant_step");
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;

 protected:
  double step_factor(double w, bool up) const override;
};

}  // namespace mho
