// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

/// Pulses shrink in proportion to the distance from the bound ahead: f(w) = 1 - w / bound, 0 at the bound
/// (Gokmen, Rasch and Haensch 2018; Kim et al. 2019, arXiv 1907.10228). Up and down steps a+ and a- cancel at
/// the symmetry point w* = (a+ - a-) / (a+ / b_max - a- / b_min), b_min < 0.
class SoftBoundsDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like PulsedDevice.
  explicit SoftBoundsDevice(double g_max_us, const PulsedParameters& parameters = {},
                            const DeviceScales& scales = {}, const std::string& name = "soft_bounds");
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;

 protected:
  double step_factor(double w, bool up) const override;
};

}  // namespace mho
