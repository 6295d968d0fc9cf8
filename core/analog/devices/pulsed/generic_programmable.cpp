// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/generic_programmable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/devices/vector_math.hpp"
#include "core/base/error.hpp"

namespace mho {

/// The level of each device, and what its last write left beside it.
class GenericProgrammableDevice::Array : public ModelArray<Array, GenericProgrammableDevice> {
 public:
  Array(const GenericProgrammableDevice& model, std::string label, std::size_t devices)
      : ModelArray(model, std::move(label), devices), levels_(devices) {
    for (float& level : levels_) level = static_cast<float>((model.parameters_.levels - 1) / 2);
    std::fill(written_us_.begin(), written_us_.end(),
              static_cast<float>(model.level_us(levels_.empty() ? 0 : levels_[0])));
  }

  std::vector<StateColumn> state() override { return {{"written_us", &written_us_}, {"level", &levels_}}; }

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override {
    std::array<float, block_devices> buffer;
    const auto xi = std::span(buffer).first(targets_us.size());
    fill_normal(key.with("write"), xi);
    for (std::size_t i = 0; i < targets_us.size(); ++i)
      write(first + i, static_cast<float>(model_.nearest_level(targets_us[i])), xi[i]);
  }

  void read_devices(std::size_t first, const Ages&, RandomKey,
                    std::span<float> conductances_us) const override {
    std::copy_n(written_us_.begin() + static_cast<std::ptrdiff_t>(first), conductances_us.size(),
                conductances_us.begin());
  }

  void pulse_devices(std::span<const DevicePulses> pulses, RandomKey key) override {
    std::array<float, block_devices> xi;
    const auto highest = static_cast<float>(model_.parameters_.levels - 1);
    for (std::size_t i = 0; i < pulses.size(); ++i) {
      if (i % xi.size() == 0)
        fill_normal(key.with("write"), std::span(xi).first(std::min(xi.size(), pulses.size() - i)), i);
      const auto& [device, count] = pulses[i];
      if (count == 0) continue;
      write(device, std::clamp(levels_[device] + static_cast<float>(count), 0.0f, highest),
            xi[i % xi.size()]);
    }
  }

 private:
  void write(std::size_t device, float level, float xi) {
    levels_[device] = level;
    written_us_[device] = larger(
        static_cast<float>(model_.level_us(level)) + static_cast<float>(model_.write_deviation_us()) * xi,
        0.0f);
  }

  std::vector<float> levels_;
};

GenericProgrammableDevice::GenericProgrammableDevice(double g_max_us,
                                                     const GenericProgrammableParameters& parameters,
                                                     const DeviceScales& scales)
    : parameters_(parameters), g_max_us_(g_max_us), noise_scale_(scales.programming_noise_scale) {
  const auto& p = parameters_;
  if (p.levels < 2 || !(p.write_deviation >= 0))
    throw ConfigError(
        fmt::format("device.generic_programmable: expected at least 2 levels and a write_deviation of 0 or "
                    "more, got {} and {}",
                    p.levels, p.write_deviation));
  if (!(p.min_us >= 0 && p.min_us < p.max_us))
    throw ConfigError(
        fmt::format("device.generic_programmable.min_us, max_us: expected 0 <= min < max, got {} and {}",
                    p.min_us, p.max_us));
  if (g_max_us <= p.min_us || g_max_us > p.max_us)
    throw ConfigError(
        fmt::format("hardware.g_max_us: expected above {} and at most {} µS, the range of "
                    "generic_programmable (or 0 for all of it), got {}",
                    p.min_us, p.max_us, g_max_us));
}

std::unique_ptr<DeviceArray> GenericProgrammableDevice::make(std::string label, std::size_t devices,
                                                             RandomKey) const {
  return std::make_unique<Array>(*this, std::move(label), devices);
}

double GenericProgrammableDevice::pulse_step_us() const {
  return (g_max_us_ - parameters_.min_us) / (parameters_.levels - 1);
}

double GenericProgrammableDevice::nearest_level(double conductance_us) const {
  return std::clamp(std::round((conductance_us - parameters_.min_us) / pulse_step_us()), 0.0,
                    parameters_.levels - 1.0);
}

double GenericProgrammableDevice::write_deviation_us() const {
  return noise_scale_ * parameters_.write_deviation * (g_max_us_ - parameters_.min_us);
}

MeanAndDeviation GenericProgrammableDevice::pulse_us(double conductance_us, bool up) const {
  const double level = nearest_level(conductance_us);
  const double next = std::clamp(level + (up ? 1 : -1), 0.0, parameters_.levels - 1.0);
  return {(next - level) * pulse_step_us(), std::sqrt(2.0) * write_deviation_us()};
}

double GenericProgrammableDevice::programming_deviation_us(double) const { return write_deviation_us(); }

MeanAndDeviation GenericProgrammableDevice::expected_us(double target_us, double time_s) const {
  check_time(time_s);
  return {level_us(nearest_level(target_us)), write_deviation_us()};
}

}  // namespace mho
