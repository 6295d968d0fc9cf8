// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/power_law.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/devices/normal_moments.hpp"
#include "core/analog/devices/vector_math.hpp"

namespace mho {
namespace {

/// Normals are drawn this many at a time (a multiple of 64, see fill_normal) into the first-level cache.
constexpr size_t block_size = 1024;

using Block = std::array<float, block_size>;

}  // namespace

PowerLawDevice::PowerLawDevice(double g_max_us, double t_0_s, double t_read_s, const DeviceScales& scales)
    : g_max_us_(g_max_us), t_0_s_(t_0_s), t_read_s_(t_read_s), scales_(scales) {}

double PowerLawDevice::read_noise_factor(double time_s) const {
  if (t_read_s_ == 0) return 1;
  return std::sqrt(std::log((time_s + t_0_s_ + t_read_s_) / (2 * t_read_s_)));
}

double PowerLawDevice::programming_deviation_us(double target_us) const {
  const auto x = static_cast<float>(target_us / g_max_us_);
  float deviation = 0;
  programming_deviation({&x, 1}, {&deviation, 1});
  return g_max_us_ * scales_.programming_noise_scale * deviation;
}

MeanAndDeviation PowerLawDevice::unfolded_exponent(double target_us) const {
  const auto x = static_cast<float>(target_us / g_max_us_);
  float mean = 0, deviation = 0;
  exponent_statistics({&x, 1}, {&mean, 1}, {&deviation, 1});
  return {scales_.drift_scale * mean, scales_.drift_scale * deviation};
}

MeanAndDeviation PowerLawDevice::drift_moments(double target_us) const {
  const auto exponent = unfolded_exponent(target_us);
  return folded_normal(exponent.mean, exponent.deviation);
}

MeanAndDeviation PowerLawDevice::expected_us(double target_us, double time_s) const {
  const auto x = static_cast<float>(target_us / g_max_us_);
  float noise = 0;
  read_noise({&x, 1}, {&noise, 1});
  const auto exponent = unfolded_exponent(target_us);
  const double log_time = std::log1p(time_s / t_0_s_);
  const auto programmed = clamped_normal(target_us, programming_deviation_us(target_us));
  const double mean = programmed.mean * mean_decay(exponent.mean, exponent.deviation, log_time);
  const double square = (programmed.mean * programmed.mean + programmed.deviation * programmed.deviation) *
                        mean_decay(exponent.mean, exponent.deviation, 2 * log_time);
  const double relative = scales_.read_noise_scale * noise * read_noise_factor(time_s);
  return {mean, std::sqrt(square * (1 + relative * relative) - mean * mean)};
}

void PowerLawDevice::program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
                             std::span<float> drift_exponents, std::span<float> read_noise_fractions) const {
  const size_t devices = targets_us.size();
  check_lengths(devices, {programmed_us.size(), drift_exponents.size(), read_noise_fractions.size()},
                "programming devices");
  for (size_t first = 0; first < devices; first += block_size) {
    const size_t count = std::min(block_size, devices - first);
    program_block(targets_us.subspan(first, count), key, first, programmed_us.subspan(first, count),
                  drift_exponents.subspan(first, count), read_noise_fractions.subspan(first, count));
  }
}

void PowerLawDevice::program_block(std::span<const float> targets_us, RandomKey key, size_t first,
                                   std::span<float> programmed_us, std::span<float> drift_exponents,
                                   std::span<float> read_noise_fractions) const {
  const size_t count = targets_us.size();
  const auto g_max = static_cast<float>(g_max_us_);
  const auto spread = static_cast<float>(g_max_us_ * scales_.programming_noise_scale);
  const auto drift_scale = static_cast<float>(scales_.drift_scale);
  Block buffers[4];
  const auto x = std::span(buffers[0]).first(count), xi = std::span(buffers[1]).first(count);
  const auto mean = std::span(buffers[2]).first(count), deviation = std::span(buffers[3]).first(count);

  for (size_t i = 0; i < count; ++i) x[i] = targets_us[i] / g_max;
  exponent_statistics(x, mean, deviation);
  fill_normal(key.with("drift exponent"), xi, first);
  for (size_t i = 0; i < count; ++i)
    drift_exponents[i] = drift_scale * std::fabs(mean[i] + deviation[i] * xi[i]);

  programming_deviation(x, deviation);
  fill_normal(key.with("programming noise"), xi, first);
  for (size_t i = 0; i < count; ++i)
    programmed_us[i] = larger(targets_us[i] + spread * deviation[i] * xi[i], 0.0f);

  for (size_t i = 0; i < count; ++i) x[i] = programmed_us[i] / g_max;
  read_noise(x, read_noise_fractions);
}

void PowerLawDevice::read(std::span<const float> programmed_us, std::span<const float> drift_exponents,
                          std::span<const float> read_noise_fractions, double time_s, RandomKey key,
                          std::span<float> conductances_us) const {
  const size_t devices = programmed_us.size();
  check_lengths(devices, {drift_exponents.size(), read_noise_fractions.size(), conductances_us.size()},
                "reading devices");
  check_time(time_s);
  // t^-nu = exp(-nu ln t): one logarithm a read, one exponential a device.
  const auto log_time = static_cast<float>(std::log1p(time_s / t_0_s_));
  const auto factor = static_cast<float>(scales_.read_noise_scale * read_noise_factor(time_s));
  Block xi;
  for (size_t first = 0; first < devices; first += block_size) {
    const size_t count = std::min(block_size, devices - first);
    fill_normal(key.with("read noise"), std::span(xi).first(count), first);
    const float *programmed = programmed_us.data() + first, *exponent = drift_exponents.data() + first;
    const float* noise = read_noise_fractions.data() + first;
    float* conductance = conductances_us.data() + first;
    for (size_t i = 0; i < count; ++i) {
      const float drifted = programmed[i] * vector_exp(-exponent[i] * log_time);
      conductance[i] = larger(drifted * (1.0f + factor * noise[i] * xi[i]), 0.0f);
    }
  }
}

}  // namespace mho
