// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/pcm_accumulative.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// What drift leaves at ages that were asked for lately: devices that are written one by one have few ages,
/// and rows of them are read often.
class DriftMemory {
 public:
  /// From now on of that law: (1 + age / t_0)^-exponent.
  void serve(double exponent, double t_0_s) {
    if (exponent == exponent_ && t_0_s == t_0_s_) return;
    exponent_ = exponent;
    t_0_s_ = t_0_s;
    places_.fill({});
  }
  /// check() throws for ages that are not known.
  template <class Check>
  float left(double age_s, const Check& check) {
    auto& place = places_[std::bit_cast<std::uint64_t>(age_s) * 0x9e3779b97f4a7c15ull >> 54];
    if (place.age_s != age_s) {
      check();
      place = {age_s, static_cast<float>(std::exp(-exponent_ * std::log1p(age_s / t_0_s_)))};
    }
    return place.factor;
  }

 private:
  struct Place {
    double age_s = std::numeric_limits<double>::quiet_NaN();  // equal to none
    float factor = 0;
  };
  double exponent_ = 0, t_0_s_ = 0;
  std::array<Place, 1024> places_;
};

}  // namespace

/// The conductance that the last pulse left, and the memory m of the pulses since the last reset.
class PcmAccumulativeDevice::Array : public ModelArray<Array, PcmAccumulativeDevice> {
 public:
  Array(const PcmAccumulativeDevice& model, std::string label, std::size_t devices)
      : ModelArray(model, std::move(label), devices), memories_(devices, 1.0f) {
    std::fill(written_us_.begin(), written_us_.end(), static_cast<float>(model.parameters_.min_us));
  }

  std::vector<StateColumn> state() override { return {{"written_us", &written_us_}, {"memory", &memories_}}; }

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override;
  void read_devices(std::size_t first, const Ages& ages, RandomKey key,
                    std::span<float> conductances_us) const override;
  void pulse_devices(std::span<const DevicePulses> pulses, RandomKey key) override;

 private:
  /// The coefficients as the loops read them.
  struct Law {
    explicit Law(const PcmAccumulativeParameters& p)
        : forget(static_cast<float>(std::exp(-1 / p.memory_pulses))),
          keep(static_cast<float>(1 + p.mean_slope)),
          mean(static_cast<float>(p.mean_us)),
          mean_memory(static_cast<float>(p.mean_memory_us)),
          noise_slope(static_cast<float>(p.noise_slope)),
          noise(static_cast<float>(p.noise_us)),
          noise_memory(static_cast<float>(p.noise_memory_us)),
          min(static_cast<float>(p.min_us)),
          max(static_cast<float>(p.max_us)),
          reset_spread(static_cast<float>(p.reset_spread)) {}
    void up(float& g, float& memory, float xi) const {
      memory *= forget;
      const float deviation = noise_slope * g + noise + noise_memory * memory;
      g = std::clamp(keep * g + mean + mean_memory * memory + deviation * xi, min, max);
    }
    void reset(float& g, float& memory, float xi) const {
      memory = 1;
      g = std::max(min * (1 + reset_spread * xi), 0.0f);
    }
    float forget, keep, mean, mean_memory, noise_slope, noise, noise_memory, min, max, reset_spread;
  };

  std::vector<float> memories_;
};

PcmAccumulativeDevice::PcmAccumulativeDevice(double g_max_us, const PcmAccumulativeParameters& parameters,
                                             const DeviceScales& scales)
    : parameters_(parameters), scales_(scales), g_max_us_(g_max_us) {
  const auto& p = parameters_;
  const auto refuse = [](const std::string& what) { throw ConfigError("device.pcm_accumulative" + what); };
  if (!(p.min_us > 0 && p.min_us < p.max_us))
    refuse(fmt::format(".min_us, max_us: expected 0 < min < max, got {} and {}", p.min_us, p.max_us));
  if (g_max_us <= p.min_us || g_max_us > p.max_us)
    throw ConfigError(
        fmt::format("hardware.g_max_us: expected above {} and at most {} µS, the range of "
                    "pcm_accumulative (or 0 for saturation_us), got {}",
                    p.min_us, p.max_us, g_max_us));
  if (!(p.noise_slope >= 0 && p.noise_us >= 0 && p.noise_memory_us >= 0 && p.reset_spread >= 0 &&
        p.read_noise_slope >= 0 && p.read_noise_us >= 0))
    refuse(": expected deviations of 0 or more");
  if (p.programming_pulses < 1)
    refuse(fmt::format(".programming_pulses: expected at least 1, got {}", p.programming_pulses));
  double mean = p.min_us, variance = std::pow(p.reset_spread * p.min_us, 2);
  climb_.push_back({mean, std::sqrt(variance)});
  for (int pulse = 1; pulse <= p.programming_pulses; ++pulse) {
    const double memory = std::exp(-pulse / p.memory_pulses), keep = 1 + p.mean_slope;
    const double deviation = p.noise_slope * mean + p.noise_us + p.noise_memory_us * memory;
    variance = (keep * keep + p.noise_slope * p.noise_slope) * variance + deviation * deviation;
    mean = keep * mean + p.mean_us + p.mean_memory_us * memory;
    climb_.push_back({mean, std::sqrt(variance)});
  }
  const double step_us = climb_[1].mean - climb_[0].mean;
  if (!(step_us > 0 && step_us < p.max_us - p.min_us))
    refuse(fmt::format(": expected a first pulse above 0 and below the range of {} µS, got {} µS",
                       p.max_us - p.min_us, step_us));
}

std::unique_ptr<DeviceArray> PcmAccumulativeDevice::make(std::string label, std::size_t devices,
                                                         RandomKey) const {
  return std::make_unique<Array>(*this, std::move(label), devices);
}

int PcmAccumulativeDevice::pulses_to(double target_us) const {
  const auto nearest = std::min_element(climb_.begin(), climb_.end(), [&](const auto& a, const auto& b) {
    return std::fabs(a.mean - target_us) < std::fabs(b.mean - target_us);
  });
  return static_cast<int>(nearest - climb_.begin());
}

MeanAndDeviation PcmAccumulativeDevice::pulse_us(double conductance_us, bool up) const {
  const auto& p = parameters_;
  if (!up) return {p.min_us - conductance_us, p.reset_spread * p.min_us};
  const auto above = std::find_if(climb_.begin() + 1, climb_.end(),
                                  [&](const auto& place) { return place.mean >= conductance_us; });
  double pulses = static_cast<double>(climb_.size() - 1);  // beyond the climb there is no memory to speak of
  if (above != climb_.end()) {
    const double low = (above - 1)->mean;
    pulses = static_cast<double>(above - climb_.begin()) - 1 +
             std::max((conductance_us - low) / (above->mean - low), 0.0);
  }
  const double memory = std::exp(-(pulses + 1) / p.memory_pulses);
  return {p.mean_slope * conductance_us + p.mean_us + p.mean_memory_us * memory,
          p.noise_slope * conductance_us + p.noise_us + p.noise_memory_us * memory};
}

double PcmAccumulativeDevice::programming_deviation_us(double target_us) const {
  return after_pulses_us(pulses_to(target_us)).deviation;
}

MeanAndDeviation PcmAccumulativeDevice::expected_us(double target_us, double time_s) const {
  check_time(time_s);
  const auto& p = parameters_;
  const auto programmed = after_pulses_us(pulses_to(target_us));
  const double left = std::exp(-scales_.drift_scale * p.drift_exponent * std::log1p(time_s / p.t_0_s));
  const double mean = left * programmed.mean, deviation = left * programmed.deviation;
  const double slope = scales_.read_noise_scale * p.read_noise_slope;
  return {mean, std::hypot(deviation, slope * mean + scales_.read_noise_scale * p.read_noise_us,
                           slope * deviation)};
}

void PcmAccumulativeDevice::Array::program_devices(std::size_t first, std::span<const float> targets_us,
                                                   RandomKey key) {
  const Law law(model_.parameters_);
  std::array<float, block_devices> buffer;
  std::array<int, block_devices> pulses;
  const auto xi = std::span(buffer).first(targets_us.size());
  fill_normal(key.with("reset"), xi);
  int most = 0;
  for (std::size_t i = 0; i < targets_us.size(); ++i) {
    law.reset(written_us_[first + i], memories_[first + i], xi[i]);
    pulses[i] = model_.pulses_to(targets_us[i]);
    most = std::max(most, pulses[i]);
  }
  for (int pulse = 1; pulse <= most; ++pulse) {
    fill_normal(key.with("pulse", static_cast<std::uint64_t>(pulse)), xi);
    for (std::size_t i = 0; i < targets_us.size(); ++i)
      if (pulse <= pulses[i]) law.up(written_us_[first + i], memories_[first + i], xi[i]);
  }
}

void PcmAccumulativeDevice::Array::read_devices(std::size_t first, const Ages& ages, RandomKey key,
                                                std::span<float> conductances_us) const {
  std::array<float, block_devices> buffer;
  const auto xi = std::span(buffer).first(conductances_us.size());
  fill_normal(key.with("read noise"), xi);
  const auto& p = model_.parameters_;
  const auto slope = static_cast<float>(model_.scales_.read_noise_scale * p.read_noise_slope);
  const auto noise = static_cast<float>(model_.scales_.read_noise_scale * p.read_noise_us);
  const auto min_us = static_cast<float>(p.min_us), max_us = static_cast<float>(p.max_us);
  thread_local DriftMemory memory;
  memory.serve(model_.scales_.drift_scale * p.drift_exponent, p.t_0_s);
  const auto left = [&](double age_s) { return memory.left(age_s, [&] { model_.check_time(age_s); }); };
  double age_s = ages.of(0);  // devices side by side were often written at one time
  float factor = left(age_s);
  for (std::size_t i = 0; i < conductances_us.size(); ++i) {
    if (ages.of(i) != age_s) {
      age_s = ages.of(i);
      factor = left(age_s);
    }
    const float d = written_us_[first + i] * factor;
    conductances_us[i] = std::clamp(d + (slope * d + noise) * xi[i], min_us, max_us);
  }
}

void PcmAccumulativeDevice::Array::pulse_devices(std::span<const DevicePulses> pulses, RandomKey key) {
  const Law law(model_.parameters_);
  const RandomKey noise_key = key.with("step noise");
  std::array<float, block_devices> xi;
  std::size_t drawn = 0, wanted = 0;
  for (const auto& pulse : pulses) wanted += static_cast<std::size_t>(std::abs(pulse.count));
  for (const auto& [device, count] : pulses)
    for (std::int32_t left = std::abs(count); left > 0; --left, ++drawn) {
      const std::size_t place = drawn % block_devices;
      if (place == 0) fill_normal(noise_key, std::span(xi).first(std::min(xi.size(), wanted - drawn)), drawn);
      if (count > 0)
        law.up(written_us_[device], memories_[device], xi[place]);
      else
        law.reset(written_us_[device], memories_[device], xi[place]);
    }
}

}  // namespace mho
