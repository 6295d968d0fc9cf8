// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/reram_cmo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/analog/devices/vector_math.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr double first_time_s = 1;

const std::vector<double>& programming_fit(const CmoParameters& parameters) {
  return parameters.acceptance == Acceptance::wide ? parameters.programming_2_us
                                                   : parameters.programming_0_2_us;
}

}  // namespace

/// The conductance that a device was programmed to, and the xi_relaxation that it keeps for life.
class CmoDevice::Array : public ModelArray<Array, CmoDevice> {
 public:
  Array(const CmoDevice& model, std::string label, std::size_t devices)
      : ModelArray(model, std::move(label), devices), relaxations_(devices) {}

  std::vector<StateColumn> state() override {
    return {{"written_us", &written_us_}, {"relaxation", &relaxations_}};
  }

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override;
  void read_devices(std::size_t first, const Ages& ages, RandomKey key,
                    std::span<float> conductances_us) const override;

 private:
  /// Of devices that were all written at one time.
  void read_alike(std::size_t first, double age_s, std::span<const float> xi,
                  std::span<float> conductances_us) const;

  std::vector<float> relaxations_;
};

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

std::unique_ptr<DeviceArray> CmoDevice::make(std::string label, std::size_t devices, RandomKey) const {
  return std::make_unique<Array>(*this, std::move(label), devices);
}

void CmoDevice::Array::program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) {
  const auto programmed_us = std::span(written_us_).subspan(first, targets_us.size());
  fill_normal(key.with("relaxation"), std::span(relaxations_).subspan(first, targets_us.size()));
  fill_normal(key.with("programming noise"), programmed_us);
  const auto scale = static_cast<float>(model_.scales_.programming_noise_scale);
  const auto deviation = model_.programming_;
  const float min_us = model_.min_us_, max_us = model_.max_us_;
  for (size_t i = 0; i < targets_us.size(); ++i) {
    const float target = clip(targets_us[i], min_us, max_us);
    programmed_us[i] = clip(target + scale * deviation(target) * programmed_us[i], min_us, max_us);
  }
}

void CmoDevice::Array::read_devices(std::size_t first, const Ages& ages, RandomKey key,
                                    std::span<float> conductances_us) const {
  std::array<float, block_devices> buffer;
  const auto xi = std::span(buffer).first(conductances_us.size());
  fill_normal(key.with("read noise"), xi);
  if (ages.each_s.empty()) return read_alike(first, ages.all_s, xi, conductances_us);
  for (size_t i = 0; i < conductances_us.size(); ++i)
    read_alike(first + i, ages.each_s[i], xi.subspan(i, 1), conductances_us.subspan(i, 1));
}

void CmoDevice::Array::read_alike(std::size_t first, double age_s, std::span<const float> xi,
                                  std::span<float> conductances_us) const {
  model_.check_time(age_s);
  const auto relaxation = model_.relaxation_us(age_s);
  const auto shift = static_cast<float>(relaxation.mean), spread = static_cast<float>(relaxation.deviation);
  const auto noise = static_cast<float>(model_.read_noise_us(age_s) / std::numbers::ln10);
  const float min_us = model_.min_us_, max_us = model_.max_us_;
  const float *programmed = written_us_.data() + first, *own = relaxations_.data() + first;
  for (size_t i = 0; i < conductances_us.size(); ++i) {
    const float drifted = clip(programmed[i] + shift + spread * own[i], min_us, max_us);
    conductances_us[i] = clip(drifted + noise * vector_log(drifted) * xi[i], min_us, max_us);
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
