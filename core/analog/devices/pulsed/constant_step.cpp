// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/constant_step.hpp"

#include "core/analog/devices/pulsed/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = 1.
struct ConstantStep {
  static constexpr bool has_shape = false;
  float factor(const PulsePlace&, bool) const { return 1; }
};

}  // namespace

ConstantStepDevice::ConstantStepDevice(double g_max_us, const PulsedParameters& parameters,
                                       const DeviceScales& scales, const std::string& name)
    : PulsedDevice(name, g_max_us, parameters, scales) {
  check_steps(name);
}

double ConstantStepDevice::step_factor(double, bool) const { return 1; }

std::unique_ptr<DeviceArray> ConstantStepDevice::make(std::string label, std::size_t devices,
                                                      RandomKey key) const {
  return std::make_unique<PulsedArray<ConstantStep>>(*this, ConstantStep{}, std::move(label), devices, key);
}

}  // namespace mho
