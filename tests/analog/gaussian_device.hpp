// SPDX-License-Identifier: Apache-2.0
// A device simple enough that what a mapping or a programming does to it has a closed form.
#pragma once

#include <cmath>

#include "core/analog/devices/device_model.hpp"

namespace mho::test {

/// Programming adds Gaussian noise of one deviation, whatever the target, and clamps nothing; a read adds
/// Gaussian noise and multiplies by (1 + t)^-drift. The lowest conductance may lie above 0.
class GaussianDevice : public DeviceModel {
 public:
  GaussianDevice(ConductanceRange range, float programming_us, float read_us = 0, double drift = 0)
      : range_(range), programming_us_(programming_us), read_us_(read_us), drift_(drift) {}

  void program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
               std::span<float>, std::span<float>) const override {
    fill_normal(key.with("programming noise"), programmed_us);
    for (size_t i = 0; i < targets_us.size(); ++i)
      programmed_us[i] = targets_us[i] + programming_us_ * programmed_us[i];
  }
  void read(std::span<const float> programmed_us, std::span<const float>, std::span<const float>,
            double time_s, RandomKey key, std::span<float> conductances_us) const override {
    check_time(time_s);
    const auto left = static_cast<float>(std::pow(1 + time_s, -drift_));
    fill_normal(key.with("read noise"), conductances_us);
    for (size_t i = 0; i < programmed_us.size(); ++i)
      conductances_us[i] = left * programmed_us[i] + read_us_ * conductances_us[i];
  }
  ConductanceRange range() const override { return range_; }
  double programming_deviation_us(double) const override { return programming_us_; }
  MeanAndDeviation drift_moments(double) const override { return {drift_, 0}; }
  MeanAndDeviation expected_us(double target_us, double time_s) const override {
    const double left = std::pow(1 + time_s, -drift_);
    return {left * target_us, std::hypot(left * programming_us_, read_us_)};
  }

 private:
  ConductanceRange range_;
  float programming_us_, read_us_;
  double drift_;
};

}  // namespace mho::test
