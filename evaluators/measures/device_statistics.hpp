// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// Conductances of many devices at one time, µS: the formula's and the sample's.
struct ReadStatistics {
  double time_s = 0;
  MeanAndDeviation formula_us;
  MeanAndDeviation measured_us;
  double p5_us = 0, p50_us = 0, p95_us = 0;  ///< percentiles of the sample
};

/// Devices programmed to one target. The formula's programming deviation is that before conductances are cut
/// to the device's range; `drift` is what the model keeps as a device's exponent (drift_moments).
struct TargetStatistics {
  double target_us = 0;
  double programming_formula_us = 0;
  MeanAndDeviation programmed_us;
  MeanAndDeviation drift_formula, drift;
  std::vector<ReadStatistics> reads;
};

/// The same devices at every moment, µS.
struct DeviceSample {
  std::vector<float> programmed_us;
  MeanAndDeviation drift;                    ///< of what the model keeps as their drift exponents
  std::vector<std::vector<float>> reads_us;  ///< by time
};

/// Programs `devices` devices to a target and reads them at each time: what measure_devices sums up for its
/// target number i under key.with("target", i). Throws as it.
DeviceSample sample_devices(const DeviceModel& model, double target_us, const std::vector<double>& times_s,
                            int devices, RandomKey key);

/// Programs `devices` devices (at least 2) to each target and reads the same devices at every time. Draws
/// come from `key`; results do not depend on the number of threads. Throws ConfigError for a target outside
/// the model's range or a time that the model does not know.
std::vector<TargetStatistics> measure_devices(const DeviceModel& model, const std::vector<double>& targets_us,
                                              const std::vector<double>& times_s, int devices, RandomKey key);

}  // namespace mho
