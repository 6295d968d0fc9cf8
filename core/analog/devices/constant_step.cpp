// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/constant_step.hpp"

#include "core/analog/devices/pulsed_array.hpp"

namespace mho {
namespace {

/// f(w) = 1.
struct ConstantStep {
  static float up(float, float) { return 1; }
  static float down(float, float) { return 1; }
};

}  // namespace

ConstantStepDevice::ConstantStepDevice(double g_max_us, const PulsedParameters& parameters)
    : PulsedDevice("constant_step", g_max_us, parameters) {}

std::unique_ptr<DeviceArray> ConstantStepDevice::make(std::string label, std::size_t devices,
                                                      RandomKey key) const {
  return std::make_unique<Array<ConstantStep>>(*this, std::move(label), devices, key);
}

}  // namespace mho
