// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pcm.hpp"

#include "core/analog/devices/vector_math.hpp"

namespace mho {
namespace {

// Formulas in docs/sources.md.
constexpr double t_0_s = 20;           // first read after programming
constexpr double t_read_s = 250e-9;    // length of one read
constexpr float fit_g_max_us = 25.0f;  // the conductance that the programming polynomial refers to

// sigma = c0 + c1 x + c2 x^2, uS at fit_g_max_us.
constexpr float programming_c0 = 0.26348f / fit_g_max_us;
constexpr float programming_c1 = 1.9650f / fit_g_max_us;
constexpr float programming_c2 = -1.1731f / fit_g_max_us;

// Exponent: mean and deviation are straight lines in ln x between two bounds.
constexpr float mean_slope = -0.0155f, mean_offset = 0.0244f, mean_min = 0.049f, mean_max = 0.1f;
constexpr float deviation_slope = -0.0125f, deviation_offset = -0.0059f, deviation_min = 0.008f,
                deviation_max = 0.045f;

// Q = min(0.0088 / x^0.65, 0.2); the reference's floor under x^0.65 lies far below where 0.2 takes over.
constexpr float noise_scale = 0.0088f, noise_power = 0.65f, noise_max = 0.2f;

}  // namespace

PcmDevice::PcmDevice(double g_max_us) : PowerLawDevice(g_max_us, t_0_s, t_read_s) {}

void PcmDevice::programming_deviation(std::span<const float> x, std::span<float> deviation) const {
  for (size_t i = 0; i < x.size(); ++i)
    deviation[i] = programming_c0 + x[i] * (programming_c1 + x[i] * programming_c2);
}

void PcmDevice::exponent_statistics(std::span<const float> x, std::span<float> mean,
                                    std::span<float> deviation) const {
  for (size_t i = 0; i < x.size(); ++i) {
    const float log_x = vector_log(x[i]);
    mean[i] = clip(mean_slope * log_x + mean_offset, mean_min, mean_max);
    deviation[i] = clip(deviation_slope * log_x + deviation_offset, deviation_min, deviation_max);
  }
}

void PcmDevice::read_noise(std::span<const float> x, std::span<float> fraction) const {
  for (size_t i = 0; i < x.size(); ++i) {
    const float noise = noise_scale * vector_exp(-noise_power * vector_log(x[i]));
    fraction[i] = smaller(noise, noise_max);
  }
}

}  // namespace mho
