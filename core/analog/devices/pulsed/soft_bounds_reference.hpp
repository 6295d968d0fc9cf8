// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/pulsed/pulsed_device.hpp"

namespace mho {

struct PulsedColumns;

/// Soft bounds read beside a reference device: with u the device's own place, r its reference and a step
///   a (1 - s_i u / bound) (s_i = 1 + slope_spread xi_i), what is seen and held here is w = u - r.
/// r is the device's symmetry point (a+ - a-) / (a+ s+ / b_max - a- s- / b_min) + reference_spread xi_i, or
/// reference + reference_spread xi_i: Kim et al. 2019, arXiv 1907.10228; aihwkit's SoftBoundsReferenceDevice.
/// Since f stays linear, the array keeps w alone, with bounds b - r and the step that u = r has.
class SoftBoundsReferenceDevice : public PulsedDevice {
 public:
  /// Throws ConfigError like PulsedDevice.
  explicit SoftBoundsReferenceDevice(double g_max_us, const SoftBoundsReferenceParameters& parameters = {},
                                     const DeviceScales& scales = {},
                                     const std::string& name = "soft_bounds_reference");
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;

 protected:
  double step_factor(double w, bool up) const override;

 private:
  /// Counts every device's place from its reference; xi are standard normal.
  void refer(PulsedColumns& own, std::span<const float> xi) const;

  SoftBoundsReferenceParameters parameters_;
};

}  // namespace mho
