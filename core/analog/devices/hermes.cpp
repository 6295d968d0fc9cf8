// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/hermes.hpp"

#include "core/analog/devices/vector_math.hpp"

namespace mho {

HermesDevice::Piecewise HermesDevice::make_piecewise(const std::string& key,
                                                     const PiecewiseParameters& parameters) {
  return {static_cast<float>(parameters.border), make_line(key, parameters.below),
          make_polynomial<4>(key + "_polynomial", parameters.above)};
}

HermesDevice::HermesDevice(double g_max_us, const std::string& name, const HermesParameters& parameters,
                           const DeviceScales& scales)
    : PowerLawDevice(g_max_us, parameters.t_0_s, parameters.t_read_s, scales),
      programming_(make_polynomial<4>("device." + name + ".programming_us", parameters.programming_us)),
      fit_g_max_us_(static_cast<float>(parameters.reference_g_max_us)),
      exponent_mean_(make_piecewise("device." + name + ".exponent_mean", parameters.exponent_mean)),
      exponent_deviation_(
          make_piecewise("device." + name + ".exponent_deviation", parameters.exponent_deviation)),
      read_noise_(make_piecewise("device." + name + ".read_noise", parameters.read_noise)) {}

// The loops work on copies: what they write might else be the coefficients.

void HermesDevice::programming_deviation(std::span<const float> x, std::span<float> deviation) const {
  const auto programming = programming_;
  const float g_max = fit_g_max_us_;
  for (size_t i = 0; i < x.size(); ++i) deviation[i] = programming(x[i]) / g_max;
}

void HermesDevice::exponent_statistics(std::span<const float> x, std::span<float> mean,
                                       std::span<float> deviation) const {
  const auto mean_of = exponent_mean_, deviation_of = exponent_deviation_;
  for (size_t i = 0; i < x.size(); ++i) {
    mean[i] = mean_of(x[i]);
    deviation[i] = deviation_of(x[i]);
  }
}

void HermesDevice::read_noise(std::span<const float> x, std::span<float> fraction) const {
  const auto noise = read_noise_;
  for (size_t i = 0; i < x.size(); ++i) fraction[i] = noise(x[i]);
}

}  // namespace mho
