// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/power_step.hpp"

#include <algorithm>
#include <cmath>

#include "core/analog/devices/pulsed/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = (1 - w / bound)^shape; at the bound ln 0 is about -88, and the step nothing.
struct PowerStep {
  static constexpr bool has_shape = true;
  float factor(const PulsePlace& at, bool) const {
    const float distance = larger(1 - at.place_us / at.ahead_us, 0.0f);
    return vector_exp(larger(larger(at.shape, 0.0f) * vector_log(distance), -87.0f));
  }
};

}  // namespace

PowerStepDevice::PowerStepDevice(double g_max_us, const PowerStepParameters& parameters,
                                 const DeviceScales& scales, const std::string& name)
    : PulsedDevice(name, g_max_us, parameters.pulsed, scales), parameters_(parameters) {
  check_steps(name);
}

double PowerStepDevice::step_factor(double w, bool up) const {
  return std::pow(std::max(up ? 1 - w : 1 + w, 0.0), up ? parameters_.gamma_up : parameters_.gamma_down);
}

std::unique_ptr<DeviceArray> PowerStepDevice::make(std::string label, std::size_t devices,
                                                   RandomKey key) const {
  return std::make_unique<PulsedArray<PowerStep>>(
      *this, PowerStep{}, std::move(label), devices, key,
      ShapeMoments{parameters_.gamma_up, parameters_.gamma_down, parameters_.gamma_spread});
}

}  // namespace mho
