// SPDX-License-Identifier: Apache-2.0
// The same pulses on every device of an array.
#pragma once

#include <vector>

#include "core/analog/devices/device_array.hpp"

namespace mho::test {

inline void pulse_all(DeviceArray& array, std::int32_t count, RandomKey key) {
  std::vector<DevicePulses> pulses(array.size());
  for (std::size_t i = 0; i < pulses.size(); ++i) pulses[i] = {static_cast<std::uint32_t>(i), count};
  array.pulse(pulses, key);
}

}  // namespace mho::test
