// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

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

/// What a memory device does with a conductance target: programming noise, drift, read noise. A model holds
/// only its parameters; the state of each device lives in the tile that owns it, so a device keeps its
/// identity (programmed conductance and drift exponent) through its whole life.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;

  /// Programs devices: targets (µS, in range(); beyond it a device gets to its nearest end) -> their state,
  /// drawn from `key`: programmed conductances (µS), drift exponents, and read-noise fractions (relative
  /// standard deviation of a read per unit of the model's time factor; kept because it costs a power a
  /// device). A model without a power law keeps other figures in the last two; its header says which. All
  /// spans have the same length, else RunError; device i depends on (key, i) only.
  virtual void program(std::span<const float> targets_us, RandomKey key, std::span<float> programmed_us,
                       std::span<float> drift_exponents, std::span<float> read_noise_fractions) const = 0;

  /// Conductances (µS, >= 0) `time_s` seconds after programming, with read noise drawn from `key` (a fresh
  /// key is a fresh read); the other arguments are what `program` gave. Throws ConfigError when check_time
  /// refuses time_s.
  virtual void read(std::span<const float> programmed_us, std::span<const float> drift_exponents,
                    std::span<const float> read_noise_fractions, double time_s, RandomKey key,
                    std::span<float> conductances_us) const = 0;

  /// Where targets may lie.
  virtual ConductanceRange range() const = 0;

  /// Throws ConfigError for a time (seconds after programming) that the model does not know: outside [0,
  /// 1e12], or outside what was measured. `read` checks its time by this; so does a run's configuration.
  virtual void check_time(double time_s) const;

  /// Times that check_time knows besides 0, s; empty for every time in its range.
  virtual std::vector<double> valid_times_s() const { return {}; }

  /// What the formulas say of one device, in double precision and without drawing (for tolerances and the
  /// physics page), target in µS. Standard deviation of one programming, µS, before the clamp at the range's
  /// end:
  virtual double programming_deviation_us(double target_us) const = 0;
  /// Of what `program` puts into drift_exponents.
  virtual MeanAndDeviation drift_moments(double target_us) const = 0;
  /// Of the conductance at a time, µS; the read noise is taken at the target and its clamp left out. Throws
  /// like `read`.
  virtual MeanAndDeviation expected_us(double target_us, double time_s) const = 0;

 protected:
  /// RunError unless all lengths are the expected one.
  static void check_lengths(size_t expected, std::initializer_list<size_t> lengths, const char* where);
};

/// The model of that name for conductances up to g_max (µS; 0: the device's own largest). Deviations relative
/// to g_max do not depend on it, but those of reram_cmo and table are absolute. Throws ConfigError listing
/// the known names, or when g_max is negative or beyond the device, or parameters (a table's file among them)
/// cannot be used.
std::unique_ptr<DeviceModel> make_device_model(const std::string& name, double g_max_us,
                                               const DeviceParameters& parameters = {});
std::vector<std::string> device_model_names();

}  // namespace mho
