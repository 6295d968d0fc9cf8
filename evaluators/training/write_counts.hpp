// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace mho {

class CrossbarMatrix;
class DeviceModel;

/// Counts over the devices of a chip.
struct CountSpread {
  double mean = 0;
  double p999 = 0;  ///< 99.9 % of the devices have at most this
  double max = 0;
};

/// What a training on the chip wrote and read: the wear of the devices and what writing cost.
struct WriteCounts {
  CountSpread pulses_per_device;
  CountSpread events_per_device;        ///< an event: pulses in a row on one device
  double events_per_weight_sample = 0;  ///< events over weights x training samples seen
  double endurance_share = 0;           ///< of the most worn device; 0 where the endurance is not known
  std::int64_t products = 0;            ///< input vectors, forward and backward, a crossbar each
  double update_energy_low_j = 0;       ///< of all pulses; 0 where the energy of one is not known
  double update_energy_high_j = 0;
  std::vector<std::int64_t> pulse_histogram;  ///< devices with 0 pulses, 1, 2 to 3, 4 to 7, ...
};

/// What the devices of these matrices went through while `samples` samples trained `weights` weights;
/// `products` is the caller's.
WriteCounts count_writes(const std::vector<const CrossbarMatrix*>& matrices, std::int64_t weights,
                         std::int64_t samples, const DeviceModel& model);

}  // namespace mho
