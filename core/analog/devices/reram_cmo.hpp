// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"
#include "core/analog/devices/fit_curves.hpp"

namespace mho {

/// Analog CMO/HfOx resistive memory (Falcone et al., docs/physics.md): one bidirectional device between 9 and
/// 88.2 µS, absolute figures in µS. With xi standard normal and t at least 1 s, where the fits start (earlier
/// reads count as 1 s):
///   g_programmed = clip(target + (c0 + c1 target) xi), d = clip(g_programmed + a ln t + (b0 + b1 ln t)
///   xi_relaxation), g(t) = clip(d + k log10(d) sqrt(ln((t + t_read) / (2 t_read))) xi), all clipped to the
/// device's range. A device keeps its xi_relaxation for life.
class CmoDevice : public DeviceModel {
 public:
  /// Throws ConfigError when g_max lies outside the device's range.
  explicit CmoDevice(double g_max_us, const CmoParameters& parameters = {}, const DeviceScales& scales = {});

  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  ConductanceRange range() const override { return {min_us_, g_max_us_}; }
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return "relaxation"; }
  MeanAndDeviation drift_moments(double target_us) const override;
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

  /// Mean and deviation of the shift at `time_s`, µS.
  MeanAndDeviation relaxation_us(double time_s) const;
  /// Read noise at `time_s`, µS, for each factor of ten of the conductance above 1 µS.
  double read_noise_us(double time_s) const;

 private:
  class Array;

  double g_max_us_;
  float min_us_, max_us_;  ///< the device's own, beyond which it never reads
  Polynomial<2> programming_, decay_deviation_;
  double decay_mean_us_, read_noise_us_, t_read_s_;
  DeviceScales scales_;
};

}  // namespace mho
