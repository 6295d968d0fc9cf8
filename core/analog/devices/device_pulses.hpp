// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mho {

/// Whole pulses on one device: up (positive) or down.
struct DevicePulses {
  std::uint32_t device = 0;
  std::int32_t count = 0;
};

}  // namespace mho
