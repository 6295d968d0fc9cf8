// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/analog/devices/device_array.hpp"
#include "core/analog/devices/device_parameters.hpp"
#include "core/base/random.hpp"

namespace mho {

/// Conductances that a device can be programmed to, µS.
struct ConductanceRange {
  double min_us = 0;
  double max_us = 0;
};

/// Mean and standard deviation of a random quantity.
struct MeanAndDeviation {
  double mean = 0;
  double deviation = 0;
};

/// What a device can be asked to do besides being read.
enum class DeviceVerb {
  program,  ///< be brought to a target conductance
  pulse     ///< move by single up and down pulses
};

/// A measured curve of pulses beside what a model that was fitted to it makes of it, µS.
struct PulseFitPoint {
  bool up = true;
  int pulse = 0;
  double measured_us = 0;
  double fitted_us = 0;
};
using PulseFit = std::vector<PulseFitPoint>;

/// What a memory device does: programming noise, pulses, drift, read noise. A model holds only its
/// parameters; the state of each device lives in the DeviceArray that the model makes, so a device keeps its
/// identity through its whole life.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;

  /// Devices of this model, which must outlive them; fixed properties of each (step sizes, bounds) are drawn
  /// from `key`. They hold the lowest conductance, or the middle of the range where they take pulses.
  virtual std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const = 0;

  virtual bool can(DeviceVerb verb) const { return verb == DeviceVerb::program; }
  /// Mean conductance change of one pulse in the middle of the range, µS; 0 without pulses.
  virtual double pulse_step_us() const { return 0; }
  /// Of the change that one pulse makes of a device without spreads at that conductance, µS, with its sign;
  /// zeros without pulses.
  virtual MeanAndDeviation pulse_us(double, bool /*up*/) const { return {}; }
  /// Whether only up pulses are small: one down pulse resets the device. Weights then need pairs.
  virtual bool one_sided() const { return false; }
  virtual PulseBudget pulse_budget() const { return {}; }
  /// The curves that the model was fitted to; without any, no points.
  virtual PulseFit pulse_fit() const { return {}; }

  /// Whether every read gives exactly what was written last: no drift, no read noise.
  virtual bool reads_as_written() const { return false; }

  /// Where targets may lie.
  virtual ConductanceRange range() const = 0;

  /// Throws ConfigError for a time (seconds after programming) that the model does not know: outside [0,
  /// 1e12], or outside what was measured. Reads check their devices' ages by this; so does a run's
  /// configuration.
  virtual void check_time(double time_s) const;

  /// Times that check_time knows besides 0, s; empty for every time in its range.
  virtual std::vector<double> valid_times_s() const { return {}; }

  /// The column of DeviceArray::state that says how a device drifts; "" for devices that do not.
  virtual std::string drift_state() const = 0;

  /// What the formulas say of one device, in double precision and without drawing (for tolerances and the
  /// physics page), target in µS. Standard deviation of one programming, µS, before the clamp at the range's
  /// end:
  virtual double programming_deviation_us(double target_us) const = 0;
  /// Of the column drift_state() after a programming to that target; zeros where there is none.
  virtual MeanAndDeviation drift_moments(double target_us) const = 0;
  /// Of the conductance at a time, µS; the read noise is taken at the target and its clamp left out. Throws
  /// like `read`.
  virtual MeanAndDeviation expected_us(double target_us, double time_s) const = 0;
};

/// The model of that name for conductances up to g_max (µS; 0: the device's own largest). Deviations relative
/// to g_max do not depend on it, but those of reram_cmo and table are absolute. Throws ConfigError listing
/// the known names, or when g_max is negative or beyond the device, or parameters (a table's file among them)
/// cannot be used.
std::unique_ptr<DeviceModel> make_device_model(const std::string& name, double g_max_us,
                                               const DeviceParameters& parameters = {});
std::vector<std::string> device_model_names();
/// Names of the models that can be asked to do that.
std::vector<std::string> device_models_that(DeviceVerb verb);

/// Throws ConfigError unless the model of that name can; `who` is what needs it, e.g. "training.regime =
/// pulsed".
void require_verb(const std::string& name, DeviceVerb verb, const std::string& who);

}  // namespace mho
