// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/soft_bounds.hpp"

#include "core/analog/devices/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = 1 - w / bound.
struct SoftBounds {
  static float up(float w, float high) { return 1 - w / high; }
  static float down(float w, float low) { return 1 - w / low; }
};

}  // namespace

SoftBoundsDevice::SoftBoundsDevice(double g_max_us, const PulsedParameters& parameters)
    : PulsedDevice("soft_bounds", g_max_us, parameters) {}

std::unique_ptr<DeviceArray> SoftBoundsDevice::make(std::string label, std::size_t devices,
                                                    RandomKey key) const {
  return std::make_unique<Array<SoftBounds>>(*this, std::move(label), devices, key);
}

}  // namespace mho
