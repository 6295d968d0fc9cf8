// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/linear_step.hpp"

#include "core/analog/devices/pulsed/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = 1 - shape w, the shape down being -gamma_down.
struct LinearStep {
  static constexpr bool has_shape = true;
  float per_us;  ///< w for a distance
  float factor(const PulsePlace& at, bool) const { return 1 - at.shape * at.place_us * per_us; }
};

}  // namespace

LinearStepDevice::LinearStepDevice(double g_max_us, const LinearStepParameters& parameters,
                                   const DeviceScales& scales, const std::string& name)
    : PulsedDevice(name, g_max_us, parameters.pulsed, scales), parameters_(parameters) {
  check_steps(name);
}

double LinearStepDevice::step_factor(double w, bool up) const {
  return up ? 1 - parameters_.gamma_up * w : 1 + parameters_.gamma_down * w;
}

std::unique_ptr<DeviceArray> LinearStepDevice::make(std::string label, std::size_t devices,
                                                    RandomKey key) const {
  return std::make_unique<PulsedArray<LinearStep>>(
      *this, LinearStep{static_cast<float>(1 / half_us())}, std::move(label), devices, key,
      ShapeMoments{parameters_.gamma_up, -parameters_.gamma_down, parameters_.gamma_spread});
}

}  // namespace mho
