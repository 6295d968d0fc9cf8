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

/// What a device was asked for and the xi that it keeps for life; written_us is its conductance at 1 s.
class Wan2022Device::Array : public ModelArray<Array, Wan2022Device> {
 public:
  Array(const Wan2022Device& model, std::string label, std::size_t devices)
      : ModelArray(model, std::move(label), devices), targets_us_(devices), deviations_(devices) {}

  std::vector<StateColumn> state() override {
    return {{"written_us", &written_us_}, {"deviation", &deviations_}, {"target_us", &targets_us_}};
  }

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override;
  void read_devices(std::size_t first, const Ages& ages, RandomKey key,
                    std::span<float> conductances_us) const override;

 private:
  /// Of devices that were all written at one time.
  void read_alike(std::size_t first, double age_s, std::span<float> conductances_us) const;

  std::vector<float> targets_us_, deviations_;
};

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

std::unique_ptr<DeviceArray> Wan2022Device::make(std::string label, std::size_t devices, RandomKey) const {
  return std::make_unique<Array>(*this, std::move(label), devices);
}

void Wan2022Device::Array::program_devices(std::size_t first, std::span<const float> targets_us,
                                           RandomKey key) {
  const size_t count = targets_us.size();
  fill_normal(key.with("deviation"), std::span(deviations_).subspan(first, count));
  std::copy(targets_us.begin(), targets_us.end(), targets_us_.begin() + static_cast<std::ptrdiff_t>(first));
  read_alike(first, 0, std::span(written_us_).subspan(first, count));
}

void Wan2022Device::Array::read_devices(std::size_t first, const Ages& ages, RandomKey,
                                        std::span<float> conductances_us) const {
  if (ages.each_s.empty()) return read_alike(first, ages.all_s, conductances_us);
  for (size_t i = 0; i < conductances_us.size(); ++i)
    read_alike(first + i, ages.each_s[i], conductances_us.subspan(i, 1));
}

void Wan2022Device::Array::read_alike(std::size_t first, double age_s,
                                      std::span<float> conductances_us) const {
  model_.check_time(age_s);
  const auto deviation = model_.deviation_at(age_s);
  const auto g_max = static_cast<float>(model_.g_max_us_);
  for (size_t i = 0; i < conductances_us.size(); ++i) {
    const float target = targets_us_[first + i];
    conductances_us[i] = larger(target + g_max * deviation(target / g_max) * deviations_[first + i], 0.0f);
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
