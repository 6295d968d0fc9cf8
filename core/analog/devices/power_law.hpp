// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"
#include "core/analog/devices/device_parameters.hpp"

namespace mho {

/// Phase-change devices: Gaussian programming noise clamped at zero, drift by a power law with an exponent of
/// each device's own, accumulated 1/f read noise (Joshi et al., Nature Communications 2020; docs/physics.md).
/// With x = conductance / g_max and xi standard normal:
///   g_programmed = max(g_target + g_max sigma(x_target) xi, 0),  exponent nu = |mean(x_target) +
///   deviation(x_target) xi|, g(t) = max(d (1 + Q(x_programmed) sqrt(ln((t + t_0 + t_read) / (2 t_read)))
///   xi), 0), d = g_programmed ((t + t_0) / t_0)^-nu.
/// The statistics come from the model that derives from this.
class PowerLawDevice : public DeviceModel {
 public:
  /// g_max in µS; t_0: seconds from programming to the read that counts as time 0; t_read: seconds of one
  /// read, or 0 for read noise that does not grow with time. `scales` are factors on sigma, on nu and on Q.
  PowerLawDevice(double g_max_us, double t_0_s, double t_read_s, const DeviceScales& scales);

  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  ConductanceRange range() const override { return {0, g_max_us_}; }
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return "drift_exponent"; }
  MeanAndDeviation drift_moments(double target_us) const override;
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

  /// sqrt(ln((t + t_0 + t_read) / (2 t_read))): what Q is multiplied by at `time_s` (1 where t_read is 0).
  double read_noise_factor(double time_s) const;

 protected:
  /// Standard deviation of one programming, as a fraction of g_max, for targets x (fractions of g_max).
  virtual void programming_deviation(std::span<const float> x, std::span<float> deviation) const = 0;
  /// Mean and standard deviation of the exponent before folding, for targets x.
  virtual void exponent_statistics(std::span<const float> x, std::span<float> mean,
                                   std::span<float> deviation) const = 0;
  /// Q for programmed conductances x.
  virtual void read_noise(std::span<const float> x, std::span<float> fraction) const = 0;

 private:
  class Array;

  /// Mean and deviation of nu before folding, for one target.
  MeanAndDeviation unfolded_exponent(double target_us) const;

  double g_max_us_, t_0_s_, t_read_s_;
  DeviceScales scales_;
};

}  // namespace mho
