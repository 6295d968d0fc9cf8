// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/soft_bounds.hpp"

#include "core/analog/devices/pulsed/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = 1 - w / bound.
struct SoftBounds {
  static constexpr bool has_shape = false;
  float factor(const PulsePlace& at, bool) const { return 1 - at.place_us / at.ahead_us; }
};

}  // namespace

SoftBoundsDevice::SoftBoundsDevice(double g_max_us, const PulsedParameters& parameters,
                                   const DeviceScales& scales, const std::string& name)
    : PulsedDevice(name, g_max_us, parameters, scales) {
  check_steps(name);
}

double SoftBoundsDevice::step_factor(double w, bool up) const { return up ? 1 - w : 1 + w; }

std::unique_ptr<DeviceArray> SoftBoundsDevice::make(std::string label, std::size_t devices,
                                                    RandomKey key) const {
  return std::make_unique<PulsedArray<SoftBounds>>(*this, SoftBounds{}, std::move(label), devices, key);
}

}  // namespace mho
