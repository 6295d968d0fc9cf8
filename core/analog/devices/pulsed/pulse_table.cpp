// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/pulse_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/analog/devices/pulsed/pulsed_array.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr std::size_t most_nodes = 100;

/// Steps over those in the middle, by even nodes over the range; linear between.
struct TableStep {
  static constexpr bool has_shape = false;
  using Nodes = std::array<float, most_nodes>;
  Nodes up, down;
  float from_us, nodes_per_us, last;
  float factor(const PulsePlace& at, bool is_up) const {
    const Nodes& nodes = is_up ? up : down;
    const float x = smaller(larger((at.place_us - from_us) * nodes_per_us, 0.0f), last);
    const auto node = static_cast<std::size_t>(smaller(x, last - 1));
    return nodes[node] + (x - static_cast<float>(node)) * (nodes[node + 1] - nodes[node]);
  }
};

}  // namespace

PulseTableDevice::PulseTableDevice(double g_max_us, const PulseTableParameters& parameters,
                                   const DeviceScales& scales)
    : PulseTableDevice(g_max_us, parameters, scales, fits_of(parameters)) {}

PulseTableDevice::PulseTableDevice(double g_max_us, const PulseTableParameters& parameters,
                                   const DeviceScales& scales, Fits fits) try
    : PulsedDevice("pulse_table", g_max_us, pulsed(g_max_us, parameters, fits), scales),
      fits_(std::move(fits)) {
  check_steps("pulse_table");
} catch (const ConfigError& error) {  // for curves that no device can have
  throw ConfigError(parameters.file + ": " + error.what());
}

PulseTableDevice::Fits PulseTableDevice::fits_of(const PulseTableParameters& parameters) {
  if (parameters.nodes < 2 || parameters.nodes > static_cast<int>(most_nodes))
    throw ConfigError(
        fmt::format("device.pulse_table.nodes: expected 2 to {}, got {}", most_nodes, parameters.nodes));
  Fits fits{read_pulse_curves(parameters.file), {}, {}};
  const StepCurve places{fits.curves.min_us(), fits.curves.max_us(),
                         std::vector<double>(static_cast<std::size_t>(parameters.nodes))};
  fits.up = fit_steps(fits.curves.up, places);
  fits.down = fit_steps(fits.curves.down, places);
  return fits;
}

PulsedParameters PulseTableDevice::pulsed(double g_max_us, const PulseTableParameters& parameters,
                                          const Fits& fits) {
  PulsedParameters found;
  found.min_us = fits.curves.min_us();
  found.max_us = fits.curves.max_us();
  const double middle_us = (found.min_us + g_max_us) / 2;
  const double up = fits.up.curve.at(middle_us), down = fits.down.curve.at(middle_us);
  if (!(up > 0 && down > 0))
    throw ConfigError(
        fmt::format("expected steps both ways at {} µS, the middle of the range, got {} µS up "
                    "and {} µS down",
                    middle_us, up, down));
  found.states = (g_max_us - found.min_us) / ((up + down) / 2);
  found.imbalance = (up - down) / (up + down);
  found.step_spread = parameters.step_spread;
  found.imbalance_spread = parameters.imbalance_spread;
  found.bound_spread = parameters.bound_spread;
  found.step_noise =
      parameters.noise_from_curves
          ? std::sqrt((std::pow(fits.up.relative_noise, 2) + std::pow(fits.down.relative_noise, 2)) / 2)
          : parameters.step_noise;
  found.decay_time_s = parameters.decay_time_s;
  found.budget = parameters.budget;
  return found;
}

double PulseTableDevice::step_factor(double w, bool up) const {
  const auto& curve = (up ? fits_.up : fits_.down).curve;
  return curve.at(middle_us() + w * half_us()) / curve.at(middle_us());
}

PulseFit PulseTableDevice::pulse_fit() const {
  auto points = compare_with_fit(fits_.curves.up, fits_.up.curve, true);
  for (const auto& point : compare_with_fit(fits_.curves.down, fits_.down.curve, false))
    points.push_back(point);
  return points;
}

std::unique_ptr<DeviceArray> PulseTableDevice::make(std::string label, std::size_t devices,
                                                    RandomKey key) const {
  const auto nodes = [&](const StepCurve& curve) {
    TableStep::Nodes found{};
    for (std::size_t i = 0; i < curve.step_us.size(); ++i)
      found[i] = static_cast<float>(curve.step_us[i] / curve.at(middle_us()));
    return found;
  };
  const auto& curve = fits_.up.curve;
  const auto last = static_cast<float>(curve.step_us.size() - 1);
  const TableStep law{nodes(curve), nodes(fits_.down.curve), static_cast<float>(curve.min_us - middle_us()),
                      last / static_cast<float>(curve.max_us - curve.min_us), last};
  return std::make_unique<PulsedArray<TableStep>>(*this, law, std::move(label), devices, key);
}

}  // namespace mho
