// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/power_law.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/devices/normal_moments.hpp"
#include "core/analog/devices/vector_math.hpp"

namespace mho {
namespace {

using Block = std::array<float, DeviceArray::block_devices>;

}  // namespace

/// What the model knows of each device: the conductance it was programmed to, the exponent of its drift, and
/// the relative deviation of its reads for a unit of read_noise_factor, which costs a power a device.
class PowerLawDevice::Array : public ModelArray<Array, PowerLawDevice> {
 public:
  Array(const PowerLawDevice& model, std::string label, std::size_t devices)
      : ModelArray(model, std::move(label), devices), exponents_(devices), noise_(devices) {}

  std::vector<StateColumn> state() override {
    return {{"written_us", &written_us_}, {"drift_exponent", &exponents_}, {"read_noise", &noise_}};
  }

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override;
  void read_devices(std::size_t first, const Ages& ages, RandomKey key,
                    std::span<float> conductances_us) const override;

 private:
  /// Of devices that were all written at one time.
  void read_alike(std::size_t first, double age_s, std::span<const float> xi,
                  std::span<float> conductances_us) const;
  void read_each(std::size_t first, std::span<const double> ages_s, std::span<const float> xi,
                 std::span<float> conductances_us) const;

  std::vector<float> exponents_, noise_;
};

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

std::unique_ptr<DeviceArray> PowerLawDevice::make(std::string label, std::size_t devices, RandomKey) const {
  return std::make_unique<Array>(*this, std::move(label), devices);
}

void PowerLawDevice::Array::program_devices(std::size_t first, std::span<const float> targets_us,
                                            RandomKey key) {
  const size_t count = targets_us.size();
  const auto g_max = static_cast<float>(model_.g_max_us_);
  const auto spread = static_cast<float>(model_.g_max_us_ * model_.scales_.programming_noise_scale);
  const auto drift_scale = static_cast<float>(model_.scales_.drift_scale);
  float *programmed_us = written_us_.data() + first, *exponents = exponents_.data() + first;
  Block buffers[4];
  const auto x = std::span(buffers[0]).first(count), xi = std::span(buffers[1]).first(count);
  const auto mean = std::span(buffers[2]).first(count), deviation = std::span(buffers[3]).first(count);

  for (size_t i = 0; i < count; ++i) x[i] = targets_us[i] / g_max;
  model_.exponent_statistics(x, mean, deviation);
  fill_normal(key.with("drift exponent"), xi);
  for (size_t i = 0; i < count; ++i) exponents[i] = drift_scale * std::fabs(mean[i] + deviation[i] * xi[i]);

  model_.programming_deviation(x, deviation);
  fill_normal(key.with("programming noise"), xi);
  for (size_t i = 0; i < count; ++i)
    programmed_us[i] = larger(targets_us[i] + spread * deviation[i] * xi[i], 0.0f);

  for (size_t i = 0; i < count; ++i) x[i] = programmed_us[i] / g_max;
  model_.read_noise(x, std::span(noise_).subspan(first, count));
}

void PowerLawDevice::Array::read_devices(std::size_t first, const Ages& ages, RandomKey key,
                                         std::span<float> conductances_us) const {
  Block buffer;
  const auto xi = std::span(buffer).first(conductances_us.size());
  fill_normal(key.with("read noise"), xi);
  if (ages.each_s.empty())
    read_alike(first, ages.all_s, xi, conductances_us);
  else
    read_each(first, ages.each_s, xi, conductances_us);
}

void PowerLawDevice::Array::read_alike(std::size_t first, double age_s, std::span<const float> xi,
                                       std::span<float> conductances_us) const {
  model_.check_time(age_s);
  // t^-nu = exp(-nu ln t): one logarithm a read, one exponential a device.
  const auto log_time = static_cast<float>(std::log1p(age_s / model_.t_0_s_));
  const auto factor = static_cast<float>(model_.scales_.read_noise_scale * model_.read_noise_factor(age_s));
  const float *programmed = written_us_.data() + first, *exponent = exponents_.data() + first;
  const float* noise = noise_.data() + first;
  for (size_t i = 0; i < conductances_us.size(); ++i) {
    const float drifted = programmed[i] * vector_exp(-exponent[i] * log_time);
    conductances_us[i] = larger(drifted * (1.0f + factor * noise[i] * xi[i]), 0.0f);
  }
}

void PowerLawDevice::Array::read_each(std::size_t first, std::span<const double> ages_s,
                                      std::span<const float> xi, std::span<float> conductances_us) const {
  for (size_t i = 0; i < conductances_us.size(); ++i)
    read_alike(first + i, ages_s[i], xi.subspan(i, 1), conductances_us.subspan(i, 1));
}

}  // namespace mho
