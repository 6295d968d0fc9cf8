// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"
#include "core/analog/devices/fit_curves.hpp"

namespace mho {

/// Resistive memory after Wan et al., Nature 608, 504 (2022), whose deviations from the target were measured
/// 1 s, 1 day and 2 days after programming and at no other time (docs/physics.md). With x = target / g_max
/// and sigma_t the quartic of that time (µS at 40 µS, scaling with g_max):
///   g(t) = max(target + sigma_t(x) xi, 0).
/// The paper's statistics say nothing of one device at two times; here a device keeps its xi for life, so
/// that its reads belong together (the spread of all devices at each time is the paper's). No read noise was
/// published apart from this: two reads at one time are the same. A read at time 0, as drift compensation
/// takes its baseline, is the fit of 1 s.
class Wan2022Device : public DeviceModel {
 public:
  explicit Wan2022Device(double g_max_us, const WanParameters& parameters = {},
                         const DeviceScales& scales = {});

  std::unique_ptr<DeviceArray> make(std::string label, std::size_t devices, RandomKey key) const override;
  ConductanceRange range() const override { return {0, g_max_us_}; }
  void check_time(double time_s) const override;
  std::vector<double> valid_times_s() const override;
  double programming_deviation_us(double target_us) const override;
  std::string drift_state() const override { return "deviation"; }
  MeanAndDeviation drift_moments(double target_us) const override;
  MeanAndDeviation expected_us(double target_us, double time_s) const override;

  /// sigma_t at `time_s`, µS, for a target in µS.
  double deviation_us(double target_us, double time_s) const;

 private:
  class Array;

  /// Of x, as a fraction of g_max, with the scales in it.
  Polynomial<5> deviation_at(double time_s) const;

  double g_max_us_;
  DeviceScales scales_;
  std::array<Polynomial<5>, 3> fits_;
};

}  // namespace mho
