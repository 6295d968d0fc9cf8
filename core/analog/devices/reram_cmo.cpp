// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/reram_cmo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr double first_time_s = 1;

/// Normals are drawn this many at a time (a multiple of 64, see fill_normal).
constexpr size_t block_size = 1024;

const std::vector<double>& programming_fit(const CmoParameters& parameters) {
  return parameters.acceptance == "2 %" ? parameters.programming_2_us : parameters.programming_0_2_us;
}

}  // namespace

CmoDevice::CmoDevice(double g_max_us, const CmoParameters& parameters, const DeviceScales& scales)
    : g_max_us_(g_max_us),
      min_us_(static_cast<float>(parameters.min_us)),
      max_us_(static_cast<float>(parameters.max_us)),
      programming_(
          make_polynomial<2>("device.reram_cmo programming coefficients", programming_fit(parameters))),
      decay_deviation_(
          make_polynomial<2>("device.reram_cmo.decay_deviation_us", parameters.decay_deviation_us)),
      decay_mean_us_(parameters.decay_mean_us),
      read_noise_us_(parameters.read_noise_us),
      t_read_s_(parameters.t_read_s),
      scales_(scales) {
  if (parameters.min_us >= parameters.max_us)
    throw ConfigError(fmt::format("device.reram_cmo.min_us, max_us: expected min below max, got {} and {}",
                                  parameters.min_us, parameters.max_us));
  if (g_max_us <= parameters.min_us || g_max_us > parameters.max_us)
    throw ConfigError(
        fmt::format("hardware.g_max_us: expected above {} and at most {} µS, the range of "
                    "reram_cmo (or 0 for all of it), got {}",
                    parameters.min_us, parameters.max_us, g_max_us));
}

double CmoDevice::programming_deviation_us(double target_us) const {
  return scales_.programming_noise_scale * std::fabs(programming_(static_cast<float>(target_us)));
}

MeanAndDeviation CmoDevice::relaxation_us(double time_s) const {
  const double log_time = std::log(std::max(time_s, first_time_s));
  return {scales_.drift_scale * decay_mean_us_ * log_time,
          scales_.drift_scale * std::fabs(decay_deviation_(static_cast<float>(log_time)))};
}

double CmoDevice::read_noise_us(double time_s) const {
  const double time = std::max(time_s, first_time_s);
  return scales_.read_noise_scale * read_noise_us_ *
         std::sqrt(std::max(std::log((time + t_read_s_) / (2 * t_read_s_)), 0.0));
}

void CmoDevice::program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
                        std::span<float> drift_exponents, std::span<float> read_noise_fractions) const {
  check_lengths(targets_us.size(),
                {programmed_us.size(), drift_exponents.size(), read_noise_fractions.size()},
                "programming devices");
  fill_normal(key.with("relaxation"), drift_exponents);
  std::fill(read_noise_fractions.begin(), read_noise_fractions.end(), 0.0f);
  fill_normal(key.with("programming noise"), programmed_us);
  const auto scale = static_cast<float>(scales_.programming_noise_scale);
  const auto deviation = programming_;
  for (size_t i = 0; i < targets_us.size(); ++i) {
    const float target = clip(targets_us[i], min_us_, max_us_);
    programmed_us[i] = clip(target + scale * deviation(target) * programmed_us[i], min_us_, max_us_);
  }
}

void CmoDevice::read(std::span<const float> programmed_us, std::span<const float> drift_exponents,
                     std::span<const float> read_noise_fractions, double time_s, RandomKey key,
                     std::span<float> conductances_us) const {
  const size_t devices = programmed_us.size();
  check_lengths(devices, {drift_exponents.size(), read_noise_fractions.size(), conductances_us.size()},
                "reading devices");
  check_time(time_s);
  const auto relaxation = relaxation_us(time_s);
  const auto shift = static_cast<float>(relaxation.mean), spread = static_cast<float>(relaxation.deviation);
  const auto noise = static_cast<float>(read_noise_us(time_s) / std::numbers::ln10);
  std::array<float, block_size> xi;
  for (size_t first = 0; first < devices; first += block_size) {
    const size_t count = std::min(block_size, devices - first);
    fill_normal(key.with("read noise"), std::span(xi).first(count), first);
    for (size_t i = 0; i < count; ++i) {
      const float drifted =
          clip(programmed_us[first + i] + shift + spread * drift_exponents[first + i], min_us_, max_us_);
      conductances_us[first + i] = clip(drifted + noise * vector_log(drifted) * xi[i], min_us_, max_us_);
    }
  }
}

MeanAndDeviation CmoDevice::drift_moments(double) const { return {0, 1}; }

MeanAndDeviation CmoDevice::expected_us(double target_us, double time_s) const {
  check_time(time_s);
  const auto relaxation = relaxation_us(time_s);
  const double programming = programming_deviation_us(target_us);
  const double drifted = target_us + relaxation.mean;
  const double noise = read_noise_us(time_s) * std::log10(std::max(drifted, double{min_us_}));
  return {drifted, std::hypot(programming, relaxation.deviation, noise)};
}

}  // namespace mho
