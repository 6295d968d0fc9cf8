// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/reram_wan2022.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analog/devices/normal_moments.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr std::array<double, 3> times_s = {1, 86400, 172800};

/// Which fit holds at a time; the number of fits where none does.
size_t fit_of(double time_s) {
  if (time_s == 0) return 0;
  return static_cast<size_t>(std::find(times_s.begin(), times_s.end(), time_s) - times_s.begin());
}

}  // namespace

Wan2022Device::Wan2022Device(double g_max_us, const WanParameters& parameters, const DeviceScales& scales)
    : g_max_us_(g_max_us), scales_(scales) {
  const std::vector<double>* fits[] = {&parameters.deviation_1_s_us, &parameters.deviation_1_d_us,
                                       &parameters.deviation_2_d_us};
  const char* keys[] = {"deviation_1_s_us", "deviation_1_d_us", "deviation_2_d_us"};
  for (size_t i = 0; i < fits_.size(); ++i)
    fits_[i] = make_polynomial<5>(fmt::format("device.reram_wan2022.{}", keys[i]), *fits[i],
                                  parameters.reference_g_max_us);
}

void Wan2022Device::check_time(double time_s) const {
  if (fit_of(time_s) == times_s.size())
    throw ConfigError(
        fmt::format("drift time of reram_wan2022: expected a time at which it was measured: 1 s, 86400 s (1 "
                    "day) or 172800 s (2 days), got {} s",
                    time_s));
}

std::vector<double> Wan2022Device::valid_times_s() const { return {times_s.begin(), times_s.end()}; }

// The programming scale acts on the deviation at 1 s, the drift scale on what comes after.
Polynomial<5> Wan2022Device::deviation_at(double time_s) const {
  const auto programming = static_cast<float>(scales_.programming_noise_scale);
  const auto drift = static_cast<float>(scales_.drift_scale);
  const auto &first = fits_[0], &now = fits_.at(fit_of(time_s));
  Polynomial<5> deviation;
  for (size_t i = 0; i < deviation.c.size(); ++i)
    deviation.c[i] = programming * first.c[i] + drift * (now.c[i] - first.c[i]);
  return deviation;
}

void Wan2022Device::program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
                            std::span<float> drift_exponents, std::span<float> read_noise_fractions) const {
  check_lengths(targets_us.size(),
                {programmed_us.size(), drift_exponents.size(), read_noise_fractions.size()},
                "programming devices");
  fill_normal(key.with("deviation"), drift_exponents);
  std::copy(targets_us.begin(), targets_us.end(), read_noise_fractions.begin());
  read(programmed_us, drift_exponents, read_noise_fractions, 0, key, programmed_us);
}

void Wan2022Device::read(std::span<const float> programmed_us, std::span<const float> drift_exponents,
                         std::span<const float> read_noise_fractions, double time_s, RandomKey,
                         std::span<float> conductances_us) const {
  check_lengths(programmed_us.size(),
                {drift_exponents.size(), read_noise_fractions.size(), conductances_us.size()},
                "reading devices");
  check_time(time_s);
  const auto deviation = deviation_at(time_s);
  const auto g_max = static_cast<float>(g_max_us_);
  for (size_t i = 0; i < conductances_us.size(); ++i) {
    const float target = read_noise_fractions[i];
    conductances_us[i] = larger(target + g_max * deviation(target / g_max) * drift_exponents[i], 0.0f);
  }
}

double Wan2022Device::deviation_us(double target_us, double time_s) const {
  check_time(time_s);
  return g_max_us_ * std::fabs(deviation_at(time_s)(static_cast<float>(target_us / g_max_us_)));
}

double Wan2022Device::programming_deviation_us(double target_us) const { return deviation_us(target_us, 0); }

MeanAndDeviation Wan2022Device::drift_moments(double) const { return {0, 1}; }

MeanAndDeviation Wan2022Device::expected_us(double target_us, double time_s) const {
  return clamped_normal(target_us, deviation_us(target_us, time_s));
}

}  // namespace mho
