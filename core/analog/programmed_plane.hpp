// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analog/devices/device_model.hpp"
#include "core/analog/faults.hpp"

namespace mho {

/// State of devices, side by side; what the three numbers of a device mean is its model's own.
struct DeviceStates {
  explicit DeviceStates(std::size_t devices) : programmed_us(devices), exponents(devices), noise(devices) {}
  std::vector<float> programmed_us, exponents, noise;  ///< noise: read-noise fractions
};

/// The devices of one plane: their state from their programming on. Devices are drawn in blocks of
/// block_devices, each with a key of its own: a block's state stays in the first-level cache between the
/// device model and whoever sums up the planes.
class ProgrammedPlane {
 public:
  static constexpr std::size_t block_devices = 1024;

  /// Programs every device as `programming` says, with draws from `key` and the plane's label. `model` must
  /// outlive this; `stuck` is by rising device. With verify, every device is read at time 0;
  /// those further than the margin from their target are programmed again and read again, until all lie
  /// within it or verify_iterations are spent; what was programmed last stays.
  ProgrammedPlane(std::string label, const std::vector<float>& targets_us, std::vector<StuckDevice> stuck,
                  const ProgrammingConfig& programming, const DeviceModel& model, RandomKey key);

  /// Conductances, µS, of devices [block * block_devices, ... + conductances_us.size()), read once `time_s`
  /// seconds after programming, with fresh read noise from `key`.
  void read(std::size_t block, double time_s, RandomKey key, std::span<float> conductances_us) const;

  /// Programmed conductances, µS; stuck devices with what they are stuck at.
  const std::vector<float>& programmed_us() const { return states_.programmed_us; }

 private:
  void verify_block(std::size_t block, std::span<const float> targets_us,
                    const ProgrammingConfig& programming, RandomKey key);

  std::string label_;
  const DeviceModel* model_;
  DeviceStates states_;
  std::vector<StuckDevice> stuck_;
};

}  // namespace mho
