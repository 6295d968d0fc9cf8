// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/exponential_step.hpp"

#include <algorithm>
#include <cmath>

#include "core/analog/devices/pulsed/pulsed_array.hpp"

namespace mho {
namespace {

/// max(1 - amplitude e^(rate w + start), 0) in each direction.
struct ExponentialStep {
  static constexpr bool has_shape = false;
  struct Way {
    float amplitude, rate_per_us, start;
  };
  Way ways[2];  ///< down, up
  float factor(const PulsePlace& at, bool is_up) const {
    const Way& way = ways[is_up];
    const float power = std::clamp(way.rate_per_us * at.place_us + way.start, -87.0f, 88.0f);
    return larger(1 - way.amplitude * vector_exp(power), 0.0f);
  }
};

}  // namespace

ExponentialStepDevice::ExponentialStepDevice(double g_max_us, const ExponentialStepParameters& parameters,
                                             const DeviceScales& scales, const std::string& name)
    : PulsedDevice(name, g_max_us, parameters.pulsed, scales), parameters_(parameters) {
  check_steps(name);
}

double ExponentialStepDevice::step_factor(double w, bool up) const {
  const auto& p = parameters_;
  const double z = p.slope * w + p.offset;
  return std::max(
      up ? 1 - p.amplitude_up * std::exp(p.gamma_up * z) : 1 - p.amplitude_down * std::exp(-p.gamma_down * z),
      0.0);
}

std::unique_ptr<DeviceArray> ExponentialStepDevice::make(std::string label, std::size_t devices,
                                                         RandomKey key) const {
  const auto way = [&](double amplitude, double gamma) {
    return ExponentialStep::Way{static_cast<float>(amplitude),
                                static_cast<float>(gamma * parameters_.slope / half_us()),
                                static_cast<float>(gamma * parameters_.offset)};
  };
  const ExponentialStep law{{way(parameters_.amplitude_down, -parameters_.gamma_down),
                             way(parameters_.amplitude_up, parameters_.gamma_up)}};
  return std::make_unique<PulsedArray<ExponentialStep>>(*this, law, std::move(label), devices, key);
}

}  // namespace mho
