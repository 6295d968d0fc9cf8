// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// Levels evenly over a range: a pulse moves a device by one level, a programming to the nearest one, and
/// each write ends beside its level: g = level + write_deviation (max - min) xi, not below 0. A stand-in, not
/// a measurement: for bulk-switching memory (Wu et al., arXiv 2305.14547), whose parameters are not public,
/// and for any cell that a controller writes by levels. Neither drift nor read noise.
class GenericProgrammableDevice : public DeviceModel {
 public:
  /// Throws ConfigError unless min_us < g_max <= max_us, and for fewer than 2 levels or a negative deviation.
  explicit GenericProgrammableDevice(double g_max_us, const GenericProgrammableParameters& parameters = {},
                                     const DeviceScales& scales = {});

  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  bool can(DeviceVerb) const override { return true; }
  double pulse_step_us() const override;
  MeanAndDeviation pulse_us(double conductance_us, bool up) const override;
  PulseBudget pulse_budget() const override { return parameters_.budget; }
  ConductanceRange range() const override { return {parameters_.min_us, g_max_us_}; }
  /// Of a write about its level; the target may lie half a step beside that.
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return ""; }
  MeanAndDeviation drift_moments(double) const override { return {}; }
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

 private:
  class Array;

  double level_us(double level) const { return parameters_.min_us + level * pulse_step_us(); }
  double nearest_level(double conductance_us) const;
  double write_deviation_us() const;

  GenericProgrammableParameters parameters_;
  double g_max_us_, noise_scale_;
};

}  // namespace mho
