// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// Phase-change memory as it crystallises pulse by pulse: Nandakumar et al., Journal of Applied Physics 124,
/// 152135 (2018), in the form of the published code of Demirag et al. (arXiv 2108.01804). Conductances in µS,
/// xi standard normal, p up pulses since the last reset and m = e^(-p / 2.6):
///   an up pulse:  g <- clip(g - 0.084 g + 0.880 + 1.40 m + (0.091 g + 0.260 + 2.15 m) xi, 0.1, 12)
///   a down pulse: reset: p <- 0, g <- max(0.1 (1 + 0.1 xi), 0); more of them in a row change nothing more
///   a read:       clip(d + (0.03 d + 0.13) xi, 0.1, 12), d = g ((t + t_0) / t_0)^-0.04, t_0 = 38.6 s
/// One programming is a reset and the number of up
/// pulses whose mean lies nearest to the target, blind. Weights are pairs that only move up; a full pair is
/// refreshed (core/analog/tile/refresh.hpp).
class PcmAccumulativeDevice : public DeviceModel {
 public:
  /// Throws ConfigError unless min_us < g_max <= max_us, for a pulse larger than the range, and where pulses
  /// do not lead up.
  explicit PcmAccumulativeDevice(double g_max_us, const PcmAccumulativeParameters& parameters = {},
                                 const DeviceScales& scales = {});

  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  bool can(DeviceVerb) const override { return true; }
  bool one_sided() const override { return true; }
  double pulse_step_us() const override { return parameters_.granularity_us; }
  /// Up: of the pulse that finds a device at that conductance when pulses since its reset led there on
  /// average. Down: of a reset.
  MeanAndDeviation pulse_us(double conductance_us, bool up) const override;
  PulseBudget pulse_budget() const override { return parameters_.budget; }
  ConductanceRange range() const override { return {parameters_.min_us, g_max_us_}; }
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return ""; }
  MeanAndDeviation drift_moments(double) const override { return {}; }
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

  /// After `pulses` up pulses since a reset, clips left out: the formula's recurrence
  /// mean' = (1 + m1) mean + k, variance' = ((1 + m1)^2 + m2^2) variance + (m2 mean + l)^2.
  MeanAndDeviation after_pulses_us(int pulses) const { return climb_.at(static_cast<std::size_t>(pulses)); }
  /// The number of pulses whose mean lies nearest to the target.
  int pulses_to(double target_us) const;

 private:
  class Array;

  PcmAccumulativeParameters parameters_;
  DeviceScales scales_;
  double g_max_us_;
  std::vector<MeanAndDeviation> climb_;  ///< by pulses since a reset, up to programming_pulses
};

}  // namespace mho
