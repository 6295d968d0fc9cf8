// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/devices/pulsed/pulsed_device.hpp"
#include "core/analog/devices/vector_math.hpp"

namespace mho {

/// What is fixed in each device of a PulsedArray, µS; `shapes` are numbers of the law's own, empty where it
/// has none.
struct PulsedColumns {
  std::vector<float> step_up_us, step_down_us, low_us, high_us, shape_up, shape_down;
};

/// Mean of what a law keeps of each device and its relative deviation over devices.
struct ShapeMoments {
  double up = 0, down = 0, spread = 0;
};

/// Where a pulse finds a device: distances of its place and of the bound ahead from the middle of the range,
/// µS, both with their sign, and the device's shape in that direction.
struct PulsePlace {
  float place_us, ahead_us, shape;
};

/// The devices of a PulsedDevice: conductance, steps and bounds of each, in µS. `Law` says how a step changes
/// over the range: law.factor(place, up) is f; Law::has_shape, whether each device keeps numbers for it. The
/// loop over pulses is one function for each law: nothing in it is called by pointer or allocated.
template <class Law>
class PulsedArray : public DeviceArray {
 public:
  PulsedArray(const PulsedDevice& model, Law law, std::string label, std::size_t devices)
      : DeviceArray(std::move(label), devices),
        model_(model),
        law_(law),
        middle_us_(static_cast<float>(model.middle_us())),
        write_noise_us_(static_cast<float>(model.parameters().write_noise * model.unit_step_us())),
        held_us_(model.parameters().write_noise > 0 ? devices : 0, middle_us_) {
    std::fill(written_us_.begin(), written_us_.end(), middle_us_);
    for (auto* column : {&own_.step_up_us, &own_.step_down_us, &own_.low_us, &own_.high_us})
      column->resize(devices);
    if constexpr (Law::has_shape)
      for (auto* column : {&own_.shape_up, &own_.shape_down}) column->resize(devices);
  }
  PulsedArray(const PulsedDevice& model, Law law, std::string label, std::size_t devices, RandomKey key,
              const ShapeMoments& shapes = {})
      : PulsedArray(model, law, std::move(label), devices) {
    const double skew = model.parameters().bound_spread_imbalance;
    draw_steps(key.with("steps " + this->label()));
    draw_bound(key.with("upper bounds " + this->label()), 1, 1 + skew, own_.high_us);
    draw_bound(key.with("lower bounds " + this->label()), -1, 1 - skew, own_.low_us);
    draw_shapes(key.with("shapes up " + this->label()), shapes.up, shapes.spread, own_.shape_up);
    draw_shapes(key.with("shapes down " + this->label()), shapes.down, shapes.spread, own_.shape_down);
  }

  std::unique_ptr<DeviceArray> clone() const override { return std::make_unique<PulsedArray>(*this); }

  std::vector<StateColumn> state() override {
    std::vector<StateColumn> columns{{"written_us", &written_us_},
                                     {"step_up_us", &own_.step_up_us},
                                     {"step_down_us", &own_.step_down_us},
                                     {"low_us", &own_.low_us},
                                     {"high_us", &own_.high_us}};
    if constexpr (Law::has_shape) {
      columns.push_back({"shape_up", &own_.shape_up});
      columns.push_back({"shape_down", &own_.shape_down});
    }
    if (!held_us_.empty()) columns.push_back({"held_us", &held_us_});
    return columns;
  }
  PulsedColumns& columns() { return own_; }

 protected:
  std::unique_ptr<DeviceArray> like(std::size_t devices) const override {
    return std::make_unique<PulsedArray>(model_, law_, label(), devices);
  }

  void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override {
    std::array<float, block_devices> buffer;
    const auto numbers = std::span(buffer).first(targets_us.size());
    fill_centred_uniform(key.with("within a step"), numbers);
    auto& held_us = held();
    for (std::size_t i = 0; i < targets_us.size(); ++i) {
      const std::size_t device = first + i;
      held_us[device] = std::clamp(targets_us[i] + mean_step_us(device) * numbers[i], own_.low_us[device],
                                   own_.high_us[device]);
    }
    if (held_us_.empty()) return;
    fill_normal(key.with("write noise"), numbers);
    for (std::size_t i = 0; i < targets_us.size(); ++i) show(first + i, numbers[i]);
  }

  void read_devices(std::size_t first, const Ages& ages, RandomKey,
                    std::span<float> conductances_us) const override {
    std::copy_n(written_us_.begin() + static_cast<std::ptrdiff_t>(first), conductances_us.size(),
                conductances_us.begin());
    if (model_.parameters().decay_time_s == 0) return;
    for (std::size_t i = 0; i < conductances_us.size(); ++i)
      conductances_us[i] = decayed(conductances_us[i], ages.of(i));
  }

  void settle(std::span<const DevicePulses> pulses) override {
    if (model_.parameters().decay_time_s == 0) return;
    for (const auto& pulse : pulses) {
      const double age_s = take_age_s(pulse.device);
      written_us_[pulse.device] = decayed(written_us_[pulse.device], age_s);
      if (!held_us_.empty()) held_us_[pulse.device] = decayed(held_us_[pulse.device], age_s);
    }
  }

  /// Noise is drawn a block at a time, one number a pulse in the order of the list.
  void pulse_devices(std::span<const DevicePulses> pulses, RandomKey key) override {
    const auto& p = model_.parameters();
    const auto noise = static_cast<float>(p.step_noise), floor = static_cast<float>(p.step_noise_floor);
    const RandomKey noise_key = key.with("step noise");
    std::array<float, block_devices> xi{};
    std::size_t drawn = 0, wanted = 0;
    for (const auto& pulse : pulses) wanted += static_cast<std::size_t>(std::abs(pulse.count));
    float* places_us = held().data();
    // Directions are as good as random: what depends on them is looked up, not branched on.
    const float* const steps_us[] = {own_.step_down_us.data(), own_.step_up_us.data()};
    const float* const bounds_us[] = {own_.low_us.data(), own_.high_us.data()};
    for (const auto& [device, count] : pulses) {
      const bool up = count > 0;
      const float low_us = bounds_us[0][device], high_us = bounds_us[1][device];
      const float signed_step_us = static_cast<float>(2 * int{up} - 1) * steps_us[up][device];
      const float ahead_us = bounds_us[up][device] - middle_us_;
      const float floor_us = floor > 0 ? floor * mean_step_us(device) : 0;
      const float shape = shape_of(device, up);
      float g = places_us[device];
      for (std::int32_t left = std::abs(count); left > 0; --left, ++drawn) {
        const std::size_t place = drawn % block_devices;
        if (place == 0 && (noise > 0 || floor > 0))
          fill_normal(noise_key, std::span(xi).first(std::min(xi.size(), wanted - drawn)), drawn);
        g += signed_step_us * (1 + noise * xi[place]) * law_.factor({g - middle_us_, ahead_us, shape}, up);
        g = std::clamp(g + floor_us * xi[place], low_us, high_us);
      }
      places_us[device] = g;
    }
    if (!held_us_.empty()) show_all(pulses, key.with("write noise"));
  }

 private:
  static constexpr float least_bound = 0.01f;  ///< of the mean bound's distance: laws divide by it

  std::vector<float>& held() { return held_us_.empty() ? written_us_ : held_us_; }
  float mean_step_us(std::size_t device) const {
    return (own_.step_up_us[device] + own_.step_down_us[device]) / 2;
  }
  float shape_of(std::size_t device, bool up) const {
    if constexpr (Law::has_shape) return (up ? own_.shape_up : own_.shape_down)[device];
    return 0;
  }
  float decayed(float conductance_us, double age_s) const {
    return middle_us_ + (conductance_us - middle_us_) * static_cast<float>(model_.remaining(age_s));
  }

  /// What a write leaves to be read of what the device holds.
  void show(std::size_t device, float xi) {
    written_us_[device] = std::max(held_us_[device] + write_noise_us_ * xi, 0.0f);
  }
  void show_all(std::span<const DevicePulses> pulses, RandomKey key) {
    std::array<float, block_devices> xi;
    for (std::size_t i = 0; i < pulses.size(); ++i) {
      const std::size_t place = i % xi.size();
      if (place == 0) fill_normal(key, std::span(xi).first(std::min(xi.size(), pulses.size() - i)), i);
      if (pulses[i].count != 0) show(pulses[i].device, xi[place]);
    }
  }

  void draw_steps(RandomKey key) {
    const auto& p = model_.parameters();
    const auto step_us = static_cast<float>(model_.unit_step_us()),
               spread = static_cast<float>(p.step_spread);
    std::vector<float> sizes(size()), imbalances(size());
    fill_normal(key.with("size"), sizes);
    fill_normal(key.with("imbalance"), imbalances);
    for (std::size_t i = 0; i < size(); ++i) {
      const float step =
          step_us * (p.step_log_normal ? vector_exp(spread * sizes[i]) : std::fabs(1 + spread * sizes[i]));
      const float imbalance =
          static_cast<float>(p.imbalance) + static_cast<float>(p.imbalance_spread) * imbalances[i];
      own_.step_up_us[i] = step * (1 + imbalance);
      own_.step_down_us[i] = step * (1 - imbalance);
    }
  }

  /// A bound stays on its own side of the middle, and no conductance is negative.
  void draw_bound(RandomKey key, float side, double factor, std::vector<float>& bounds_us) {
    const auto half_us = static_cast<float>(model_.half_us());
    const auto spread = static_cast<float>(model_.parameters().bound_spread * factor);
    fill_normal(key, bounds_us);
    for (float& bound : bounds_us) {
      const float distance = half_us * std::max(std::fabs(1 + spread * bound), least_bound);
      bound = std::max(middle_us_ + side * distance, 0.0f);
    }
  }

  void draw_shapes(RandomKey key, double mean, double spread, std::vector<float>& shapes) {
    fill_normal(key, shapes);
    for (float& shape : shapes) shape = static_cast<float>(mean) * (1 + static_cast<float>(spread) * shape);
  }

  const PulsedDevice& model_;
  Law law_;
  float middle_us_, write_noise_us_;
  std::vector<float> held_us_;  ///< empty where a write shows just what the device holds
  PulsedColumns own_;
};

}  // namespace mho
