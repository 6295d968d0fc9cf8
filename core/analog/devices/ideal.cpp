// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/ideal.hpp"

#include <algorithm>

namespace mho {

void IdealDevice::program(std::span<const float> targets_us, RandomKey, std::span<float> programmed_us,
                          std::span<float> drift_exponents, std::span<float> read_noise_fractions) const {
  check_lengths(targets_us.size(),
                {programmed_us.size(), drift_exponents.size(), read_noise_fractions.size()},
                "programming devices");
  std::copy(targets_us.begin(), targets_us.end(), programmed_us.begin());
  std::fill(drift_exponents.begin(), drift_exponents.end(), 0.0f);
  std::fill(read_noise_fractions.begin(), read_noise_fractions.end(), 0.0f);
}

void IdealDevice::read(std::span<const float> programmed_us, std::span<const float> drift_exponents,
                       std::span<const float> read_noise_fractions, double time_s, RandomKey,
                       std::span<float> conductances_us) const {
  check_lengths(programmed_us.size(),
                {drift_exponents.size(), read_noise_fractions.size(), conductances_us.size()},
                "reading devices");
  check_time(time_s);
  std::copy(programmed_us.begin(), programmed_us.end(), conductances_us.begin());
}

double IdealDevice::programming_deviation_us(double) const { return 0; }

}  // namespace mho
