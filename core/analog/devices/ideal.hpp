// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// A device that holds its target exactly, for ever: no programming noise, no drift, no read noise. What is
/// left of the error is the converters'.
class IdealDevice : public DeviceModel {
 public:
  explicit IdealDevice(double g_max_us) : g_max_us_(g_max_us) {}
  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  ConductanceRange range() const override { return {0, g_max_us_}; }
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return ""; }
  MeanAndDeviation drift_moments(double) const override { return {}; }
  MeanAndDeviation expected_us(double target_us, double) const override { return {target_us, 0}; }

 private:
  class Array;

  double g_max_us_;
};

}  // namespace mho
