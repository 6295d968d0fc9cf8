// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/pulsed_device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {

PulsedDevice::PulsedDevice(const std::string& name, double g_max_us, const PulsedParameters& parameters,
                           const DeviceScales& scales)
    : parameters_(parameters), scales_(scales), min_us_(parameters.min_us), max_us_(g_max_us) {
  if (parameters.states < 2)
    throw ConfigError(
        fmt::format("device.{}.states: expected at least 2, or a step is larger than half the "
                    "range, got {}",
                    name, parameters.states));
  parameters.check(name);
  if (g_max_us <= parameters.min_us || g_max_us > parameters.max_us)
    throw ConfigError(
        fmt::format("hardware.g_max_us: expected above {} and at most {} µS, the range of {} "
                    "(or 0 for all of it), got {}",
                    parameters.min_us, parameters.max_us, name, g_max_us));
}

void PulsedDevice::check_steps(const std::string& name) const {
  constexpr int places = 32;
  double largest_us = 0;
  for (int i = 0; i <= places; ++i)
    for (const bool up : {true, false})
      largest_us =
          std::max(largest_us, std::fabs(pulse_us(min_us_ + (max_us_ - min_us_) * i / places, up).mean));
  if (!(largest_us > 0))
    throw ConfigError(fmt::format("device.{}: expected steps above 0, got none over the range", name));
  if (largest_us > max_us_ - min_us_)
    throw ConfigError(
        fmt::format("device.{}: expected steps smaller than the range of {} µS, got one of {:.6g} µS", name,
                    max_us_ - min_us_, largest_us));
}

MeanAndDeviation PulsedDevice::pulse_us(double conductance_us, bool up) const {
  const auto& p = parameters_;
  const double step_us = unit_step_us() * (up ? 1 + p.imbalance : 1 - p.imbalance) *
                         step_factor((conductance_us - middle_us()) / half_us(), up);
  return {up ? step_us : -step_us, std::fabs(p.step_noise * step_us + p.step_noise_floor * unit_step_us())};
}

double PulsedDevice::pulse_step_us() const {
  return (pulse_us(middle_us(), true).mean - pulse_us(middle_us(), false).mean) / 2;
}

double PulsedDevice::programming_deviation_us(double) const {
  const double root_mean_square = parameters_.step_log_normal
                                      ? std::exp(parameters_.step_spread * parameters_.step_spread)
                                      : std::hypot(1.0, parameters_.step_spread);
  const double within = unit_step_us() * root_mean_square / std::sqrt(12.0);
  return std::hypot(within, unit_step_us() * parameters_.write_noise);
}

double PulsedDevice::remaining(double age_s) const {
  if (parameters_.decay_time_s == 0) return 1;
  return std::exp(-scales_.drift_scale * age_s / parameters_.decay_time_s);
}

MeanAndDeviation PulsedDevice::expected_us(double target_us, double time_s) const {
  check_time(time_s);
  const double left = remaining(time_s);
  return {middle_us() + (target_us - middle_us()) * left, programming_deviation_us(target_us) * left};
}

}  // namespace mho
