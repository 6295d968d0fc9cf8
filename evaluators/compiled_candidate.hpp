// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/analog/devices/device_model.hpp"
#include "core/analog/hardware.hpp"
#include "core/nn/run/network.hpp"

namespace mho {

/// An architecture compiled for one hardware, once: plan, kernel geometry, converter settings and device
/// model, which training, calibration, scoring and measures of untrained networks share.
class CompiledCandidate {
 public:
  /// Throws ConfigError for hardware that check_mvm_effects refuses and for a device that cannot be made,
  /// ArchitectureError as Architecture::with_digital_layers.
  CompiledCandidate(const Architecture& architecture, HardwareConfig hardware);

  /// With the hardware's digital layers.
  const Architecture& architecture() const { return network_.architecture(); }
  const HardwareConfig& hardware() const { return hardware_; }
  /// With the hardware's row splits and converters.
  const Network& network() const { return network_; }
  /// In floating point, without any of them.
  const Network& plain() const { return plain_; }
  const DeviceModel& device() const { return *device_; }

 private:
  HardwareConfig hardware_;
  Network network_, plain_;
  std::unique_ptr<DeviceModel> device_;
};

}  // namespace mho
