// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// A device that holds its target exactly, for ever: no programming noise, no drift, no read noise. What is
/// left of the error is the converters'.
class IdealDevice : public DeviceModel {
 public:
  explicit IdealDevice(double g_max_us) : g_max_us_(g_max_us) {}
  void program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
               std::span<float> drift_exponents, std::span<float> read_noise_fractions) const override;
  void read(std::span<const float> programmed_us, std::span<const float> drift_exponents,
            std::span<const float> read_noise_fractions, double time_s, RandomKey key,
            std::span<float> conductances_us) const override;
  ConductanceRange range() const override { return {0, g_max_us_}; }
  double programming_deviation_us(double target_us) const override;
  MeanAndDeviation drift_moments(double) const override { return {}; }
  MeanAndDeviation expected_us(double target_us, double) const override { return {target_us, 0}; }

 private:
  double g_max_us_;
};

}  // namespace mho
