// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"
#include "core/analog/devices/pulsed/pulsed_parameters.hpp"

namespace mho {

/// Devices that move by single pulses, the common part: one bidirectional device between two bounds of its
/// own, with steps of its own. On the scale w, -1 at min_us and 1 at g_max, with xi standard normal:
///   step_up = 2 / states (1 + imbalance_i) |1 + step_spread xi_i|, step_down likewise with 1 - imbalance_i
///   (log-normal: exp(step_spread xi_i)), imbalance_i = imbalance + imbalance_spread xi_i,
///   bounds +-|1 + bound_spread xi_i|, of the two (1 +- bound_spread_imbalance) times that spread,
///   one pulse: w <- clip(w +- step f(w) (1 + step_noise xi) + step_noise_floor mean_step xi, bounds),
///   read after a write: w + write_noise 2 / states xi; the next pulse starts from w.
/// f is what the model that derives from this says. A device is programmed by pulses until it is within half
/// a step of its target, wherever it stops there; bounds are the end. Where decay_time_s is set, w falls
/// exponentially towards 0; these devices make no read noise.
class PulsedDevice : public DeviceModel {
 public:
  bool can(DeviceVerb) const override { return true; }
  double pulse_step_us() const override;
  MeanAndDeviation pulse_us(double conductance_us, bool up) const override;
  PulseBudget pulse_budget() const override { return parameters_.budget; }
  bool reads_as_written() const override { return parameters_.decay_time_s == 0; }
  ConductanceRange range() const override { return {min_us_, max_us_}; }
  /// Of a place within half a step, by the steps' root mean square / sqrt(12), and the write noise. Bounds of
  /// single devices that lie before the target are left out.
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return ""; }
  MeanAndDeviation drift_moments(double) const override { return {}; }
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

  const PulsedParameters& parameters() const { return parameters_; }
  double middle_us() const { return (min_us_ + max_us_) / 2; }
  double half_us() const { return (max_us_ - min_us_) / 2; }
  /// A step where f = 1, mean of both ways, µS.
  double unit_step_us() const { return (max_us_ - min_us_) / parameters_.states; }
  /// What is left after `age_s` of a distance from the middle.
  double remaining(double age_s) const;

 protected:
  /// `name`: for messages. g_max in µS. Throws ConfigError unless min_us < g_max <= max_us, and for
  /// parameters that no device can have.
  PulsedDevice(const std::string& name, double g_max_us, const PulsedParameters& parameters,
               const DeviceScales& scales);

  /// f of a device without spreads at w, -1 to 1.
  virtual double step_factor(double w, bool up) const = 0;
  /// Throws ConfigError where a mean step is larger than the range, or none is above 0: for the constructors
  /// of models, once step_factor knows its coefficients.
  void check_steps(const std::string& name) const;

 private:
  PulsedParameters parameters_;
  DeviceScales scales_;
  double min_us_, max_us_;
};

}  // namespace mho
