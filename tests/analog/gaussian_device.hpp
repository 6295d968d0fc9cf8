// SPDX-License-Identifier: Apache-2.0
// A device simple enough that what a mapping or a programming does to it has a closed form.
#pragma once

#include <cmath>

#include "core/analog/devices/device_model.hpp"

namespace mho::test {

/// Programming adds Gaussian noise of one deviation, whatever the target, and clamps nothing; a read adds
/// Gaussian noise and multiplies by (1 + t)^-drift; a pulse is 1 µS. The lowest conductance may lie above 0.
class GaussianDevice : public DeviceModel {
 public:
  GaussianDevice(ConductanceRange range, float programming_us, float read_us = 0, double drift = 0)
      : range_(range), programming_us_(programming_us), read_us_(read_us), drift_(drift) {}

  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey) const override {
    return std::make_unique<Array>(*this, std::move(label), devices);
  }
  ConductanceRange range() const override { return range_; }
  double programming_deviation_us(double) const override { return programming_us_; }
  std::string drift_state() const override { return ""; }
  MeanAndDeviation drift_moments(double) const override { return {drift_, 0}; }
  MeanAndDeviation expected_us(double target_us, double time_s) const override {
    const double left = std::pow(1 + time_s, -drift_);
    return {left * target_us, std::hypot(left * programming_us_, read_us_)};
  }

 protected:
  /// What drift leaves of a device.
  virtual float left_of(std::size_t device, double time_s) const {
    (void)device;
    return static_cast<float>(std::pow(1 + time_s, -drift_));
  }

 private:
  class Array : public DeviceArray {
   public:
    Array(const GaussianDevice& model, std::string label, std::size_t devices)
        : DeviceArray(std::move(label), devices), model_(model) {}
    std::unique_ptr<DeviceArray> clone() const override { return std::make_unique<Array>(*this); }

   protected:
    std::unique_ptr<DeviceArray> like(std::size_t devices) const override {
      return std::make_unique<Array>(model_, label(), devices);
    }
    void program_devices(std::size_t first, std::span<const float> targets_us, RandomKey key) override {
      const auto written = std::span(written_us_).subspan(first, targets_us.size());
      fill_normal(key.with("programming noise"), written);
      for (size_t i = 0; i < targets_us.size(); ++i)
        written[i] = targets_us[i] + model_.programming_us_ * written[i];
    }
    void read_devices(std::size_t first, const Ages& ages, RandomKey key,
                      std::span<float> conductances_us) const override {
      fill_normal(key.with("read noise"), conductances_us);
      for (size_t i = 0; i < conductances_us.size(); ++i) {
        model_.check_time(ages.of(i));
        conductances_us[i] = model_.left_of(first + i, ages.of(i)) * written_us_[first + i] +
                             model_.read_us_ * conductances_us[i];
      }
    }

    void pulse_devices(std::span<const DevicePulses> pulses, RandomKey) override {
      for (const auto& [device, count] : pulses) written_us_[device] += static_cast<float>(count);
    }

   private:
    const GaussianDevice& model_;
  };

  ConductanceRange range_;
  float programming_us_, read_us_;
  double drift_;
};

}  // namespace mho::test
