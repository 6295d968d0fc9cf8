// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"
#include "core/analog/devices/device_parameters.hpp"

namespace mho {

/// Devices that move by single pulses, the common part: one bidirectional device between two bounds of its
/// own, with steps of its own. On the scale w, -1 at min_us and 1 at g_max, with xi standard normal:
///   step_up = 2 / states (1 + imbalance_i) (1 + step_spread xi_i), step_down likewise with 1 - imbalance_i,
///   imbalance_i = imbalance + imbalance_spread xi_i, bounds +-(1 + bound_spread xi_i),
///   one pulse: w <- clip(w +- step f(w) (1 + step_noise xi), bounds).
/// f is what the model that derives from this says. Devices neither drift nor make read noise. A device is
/// programmed by pulses until it is within half a step of its target, wherever it stops there; bounds are the
/// end.
class PulsedDevice : public DeviceModel {
 public:
  /// `name`: for messages. g_max in µS. Throws ConfigError unless min_us < g_max <= max_us, and for a step
  /// that is larger than the range.
  PulsedDevice(const std::string& name, double g_max_us, const PulsedParameters& parameters);

  bool can(DeviceVerb) const override { return true; }
  double pulse_step_us() const override { return (max_us_ - min_us_) / parameters_.states; }
  PulseBudget budget() const override { return parameters_.budget; }
  bool reads_as_written() const override { return true; }
  ConductanceRange range() const override { return {min_us_, max_us_}; }
  /// Of a place within half a step: the steps' root mean square / sqrt(12). Bounds of single devices that lie
  /// before the target are left out.
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return ""; }
  MeanAndDeviation drift_moments(double) const override { return {}; }
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

 protected:
  template <class Law>
  class Array;

  PulsedParameters parameters_;
  double min_us_, max_us_;
};

}  // namespace mho
