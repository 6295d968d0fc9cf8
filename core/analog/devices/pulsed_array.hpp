// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/devices/pulsed.hpp"

namespace mho {

/// The devices of a PulsedDevice: conductance, steps and bounds of each, in µS. `Law` says how a step changes
/// over the range: Law::up(w, high) and Law::down(w, low), factors on the step in the middle, of the place w
/// and the bound ahead, both as distances from the middle.
template <class Law>
class PulsedDevice::Array : public ModelArray<PulsedDevice::Array<Law>, PulsedDevice> {
  using Base = ModelArray<PulsedDevice::Array<Law>, PulsedDevice>;
  using Base::model_, Base::written_us_;

 public:
  Array(const PulsedDevice& model, std::string label, std::size_t devices)
      : Base(model, std::move(label), devices),
        middle_us_(static_cast<float>((model.min_us_ + model.max_us_) / 2)),
        step_up_us_(devices),
        step_down_us_(devices),
        low_us_(devices),
        high_us_(devices) {
    std::fill(written_us_.begin(), written_us_.end(), middle_us_);
  }
  Array(const PulsedDevice& model, std::string label, std::size_t devices, RandomKey key)
      : Array(model, std::move(label), devices) {
    draw_steps(key.with("steps " + this->label()));
    draw_bound(key.with("upper bounds " + this->label()), 1, high_us_);
    draw_bound(key.with("lower bounds " + this->label()), -1, low_us_);
  }

  std::vector<StateColumn> state() override {
    return {{"written_us", &written_us_},
            {"step_up_us", &step_up_us_},
            {"step_down_us", &step_down_us_},
            {"low_us", &low_us_},
            {"high_us", &high_us_}};
  }

 protected:
  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override {
    std::array<float, DeviceArray::block_devices> buffer;
    const auto places = std::span(buffer).first(targets_us.size());
    fill_centred_uniform(key.with("within a step"), places);
    for (std::size_t i = 0; i < targets_us.size(); ++i) {
      const std::size_t device = first + i;
      const float step = (step_up_us_[device] + step_down_us_[device]) / 2;
      written_us_[device] = std::clamp(targets_us[i] + step * places[i], low_us_[device], high_us_[device]);
    }
  }

  void read_devices(std::size_t first, const DeviceArray::Ages&, RandomKey,
                    std::span<float> conductances_us) const override {
    std::copy_n(written_us_.begin() + static_cast<std::ptrdiff_t>(first), conductances_us.size(),
                conductances_us.begin());
  }

  /// Noise is drawn a block at a time, one number a pulse in the order of the list.
  void pulse_devices(std::span<const DevicePulses> pulses, RandomKey key) override {
    const auto noise = static_cast<float>(model_.parameters_.step_noise);
    std::array<float, DeviceArray::block_devices> xi{};
    std::uint64_t drawn = 0;
    for (const auto& [device, count] : pulses)
      for (std::int32_t left = std::abs(count); left > 0; --left, ++drawn) {
        if (noise > 0 && drawn % DeviceArray::block_devices == 0)
          fill_normal(key.with("step noise"), xi, drawn);
        move(device, count > 0, 1 + noise * xi[drawn % DeviceArray::block_devices]);
      }
  }

 private:
  void move(std::size_t device, bool up, float factor) {
    float& g = written_us_[device];
    const float w = g - middle_us_;
    g += up ? step_up_us_[device] * factor * Law::up(w, high_us_[device] - middle_us_)
            : -step_down_us_[device] * factor * Law::down(w, low_us_[device] - middle_us_);
    g = std::clamp(g, low_us_[device], high_us_[device]);
  }

  void draw_steps(RandomKey key) {
    const auto& p = model_.parameters_;
    const auto step_us = static_cast<float>(model_.pulse_step_us());
    std::vector<float> sizes(this->size()), imbalances(this->size());
    fill_normal(key.with("size"), sizes);
    fill_normal(key.with("imbalance"), imbalances);
    for (std::size_t i = 0; i < this->size(); ++i) {
      const float step = step_us * std::fabs(1 + static_cast<float>(p.step_spread) * sizes[i]);
      const float imbalance =
          static_cast<float>(p.imbalance) + static_cast<float>(p.imbalance_spread) * imbalances[i];
      step_up_us_[i] = step * (1 + imbalance);
      step_down_us_[i] = step * (1 - imbalance);
    }
  }

  /// A bound stays on its own side of the middle, and no conductance is negative.
  void draw_bound(RandomKey key, float side, std::vector<float>& bounds_us) {
    const auto half_us = static_cast<float>((model_.max_us_ - model_.min_us_) / 2);
    const auto spread = static_cast<float>(model_.parameters_.bound_spread);
    fill_normal(key, bounds_us);
    for (float& bound : bounds_us) {
      const float distance = half_us * std::max(std::fabs(1 + spread * bound), least_bound);
      bound = std::max(middle_us_ + side * distance, 0.0f);
    }
  }

  static constexpr float least_bound = 0.01f;  ///< of the mean bound's distance: laws divide by it

  float middle_us_;
  std::vector<float> step_up_us_, step_down_us_, low_us_, high_us_;
};

}  // namespace mho
