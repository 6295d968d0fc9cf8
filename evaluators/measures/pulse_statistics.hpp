// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// Conductances of many devices after the same pulses, µS.
struct PulseCurvePoint {
  bool up = true;
  int pulses = 0;  ///< in this direction
  MeanAndDeviation conductance_us;
  double p5_us = 0, p95_us = 0;  ///< percentiles of the sample
};

/// One pulse on devices that were programmed to a conductance, µS. The formula is of a device without
/// spreads; samples have them, and count what devices hold, without write noise.
struct PulseStepStatistics {
  double conductance_us = 0;
  MeanAndDeviation up_formula_us, up_us, down_formula_us, down_us;
};

/// Where up and down pulses cancel, µS: of a device without spreads, and where many devices come to under
/// `pulses` single pulses up and down in turn (the mean of the last quarter of each device's way).
struct SymmetryPointStatistics {
  std::optional<double> formula_us;  ///< none where pulses cancel everywhere
  MeanAndDeviation sample_us;
  double p5_us = 0, p95_us = 0;
  int pulses = 0;
};

/// What pulses do to many devices of a model.
struct PulseStatistics {
  std::vector<PulseCurvePoint> curve;  ///< up from the lowest conductance, then down again
  std::vector<PulseStepStatistics> steps;
  std::optional<SymmetryPointStatistics> symmetry;  ///< none for one-sided devices
};

/// As many pulses as lead over the range with steps of the size in the middle, at most 100,000.
int pulses_over_range(const DeviceModel& model);

/// The conductance where the mean up and down pulses of a device without spreads cancel, µS: an end of the
/// range where one direction is stronger everywhere; none where they cancel everywhere or the device is
/// one-sided.
std::optional<double> symmetry_point_us(const DeviceModel& model);

/// Measures `devices` devices under `pulses` pulses up and then down. Draws come from `key`; results do not
/// depend on the number of threads. Throws ConfigError for a model without pulses or fewer than 1 pulse.
PulseStatistics measure_pulses(const DeviceModel& model, int pulses, int devices, RandomKey key);

}  // namespace mho
