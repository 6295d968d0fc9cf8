// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/state_independent.hpp"

#include <algorithm>

namespace mho {

StateIndependentDevice::StateIndependentDevice(double g_max_us, const StateIndependentParameters& parameters,
                                               const DeviceScales& scales)
    : PowerLawDevice(g_max_us, parameters.t_0_s, parameters.t_read_s, scales),
      programming_(static_cast<float>(parameters.programming_us / parameters.reference_g_max_us)),
      exponent_mean_(static_cast<float>(parameters.exponent_mean)),
      exponent_deviation_(static_cast<float>(parameters.exponent_deviation)),
      read_noise_(static_cast<float>(parameters.read_noise_us / parameters.reference_g_max_us)) {}

void StateIndependentDevice::programming_deviation(std::span<const float>, std::span<float> deviation) const {
  std::fill(deviation.begin(), deviation.end(), programming_);
}

void StateIndependentDevice::exponent_statistics(std::span<const float>, std::span<float> mean,
                                                 std::span<float> deviation) const {
  std::fill(mean.begin(), mean.end(), exponent_mean_);
  std::fill(deviation.begin(), deviation.end(), exponent_deviation_);
}

void StateIndependentDevice::read_noise(std::span<const float>, std::span<float> fraction) const {
  std::fill(fraction.begin(), fraction.end(), read_noise_);
}

}  // namespace mho
