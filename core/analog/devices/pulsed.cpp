// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"

namespace mho {

PulsedDevice::PulsedDevice(const std::string& name, double g_max_us, const PulsedParameters& parameters)
    : parameters_(parameters), min_us_(parameters.min_us), max_us_(g_max_us) {
  if (parameters.min_us >= parameters.max_us)
    throw ConfigError(fmt::format("device.{}.min_us, max_us: expected min below max, got {} and {}", name,
                                  parameters.min_us, parameters.max_us));
  if (g_max_us <= parameters.min_us || g_max_us > parameters.max_us)
    throw ConfigError(
        fmt::format("hardware.g_max_us: expected above {} and at most {} µS, the range of {} "
                    "(or 0 for all of it), got {}",
                    parameters.min_us, parameters.max_us, name, g_max_us));
  if (parameters.states < 2)
    throw ConfigError(
        fmt::format("device.{}.states: expected at least 2, or a step is larger than half the "
                    "range, got {}",
                    name, parameters.states));
}

double PulsedDevice::programming_deviation_us(double) const {
  return pulse_step_us() * std::hypot(1.0, parameters_.step_spread) / std::sqrt(12.0);
}

MeanAndDeviation PulsedDevice::expected_us(double target_us, double time_s) const {
  check_time(time_s);
  return {target_us, programming_deviation_us(target_us)};
}

}  // namespace mho
