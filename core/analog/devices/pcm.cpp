// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pcm.hpp"

#include "core/analog/devices/vector_math.hpp"

namespace mho {

PcmDevice::PcmDevice(double g_max_us, const PcmParameters& parameters, const DeviceScales& scales)
    : PowerLawDevice(g_max_us, parameters.t_0_s, parameters.t_read_s, scales),
      programming_(make_polynomial<3>("device.pcm.programming_us", parameters.programming_us,
                                      parameters.reference_g_max_us)),
      exponent_mean_(make_line("device.pcm.exponent_mean", parameters.exponent_mean)),
      exponent_deviation_(make_line("device.pcm.exponent_deviation", parameters.exponent_deviation)),
      noise_at_g_max_(static_cast<float>(parameters.read_noise_at_g_max)),
      noise_power_(static_cast<float>(parameters.read_noise_power)),
      noise_max_(static_cast<float>(parameters.read_noise_max)) {}

// The loops work on copies: what they write might else be the coefficients, and no vector code could be made.

void PcmDevice::programming_deviation(std::span<const float> x, std::span<float> deviation) const {
  const auto programming = programming_;
  for (size_t i = 0; i < x.size(); ++i) deviation[i] = programming(x[i]);
}

void PcmDevice::exponent_statistics(std::span<const float> x, std::span<float> mean,
                                    std::span<float> deviation) const {
  const auto mean_line = exponent_mean_, deviation_line = exponent_deviation_;
  for (size_t i = 0; i < x.size(); ++i) {
    const float log_x = vector_log(x[i]);
    mean[i] = mean_line(log_x);
    deviation[i] = deviation_line(log_x);
  }
}

// Q = min(0.0088 / x^0.65, 0.2); the reference's floor under x^0.65 lies far below where 0.2 takes over.
void PcmDevice::read_noise(std::span<const float> x, std::span<float> fraction) const {
  const float at_g_max = noise_at_g_max_, power = noise_power_, most = noise_max_;
  for (size_t i = 0; i < x.size(); ++i)
    fraction[i] = smaller(at_g_max * vector_exp(-power * vector_log(x[i])), most);
}

}  // namespace mho
