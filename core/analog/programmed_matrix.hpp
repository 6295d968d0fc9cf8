// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/conductance_mapping.hpp"
#include "core/analog/devices/device_model.hpp"
#include "core/analog/hardware.hpp"

namespace mho {

/// What the crossbars hold at one moment. One matrix-vector product of a tile is
///   y[c] = output_scales[split][c] * input_range * ADC(sum_r conductances[r][c] * DAC(x[r] / input_range) +
///   noise),
/// summed over the row splits in digital.
struct MatrixRead {
  /// (G+ - G-) / g_max, rows x columns, row-major.
  std::vector<float> conductances;
  /// Weight per unit of conductance times the tile's drift compensation; [split * columns + column].
  std::vector<float> output_scales;
};

/// A weight matrix on crossbars: every device's state from its programming on. Copyable; a copy is another
/// chip only when it is programmed again with another key.
class ProgrammedMatrix {
 public:
  /// Programs every device once; draws come from `key`. `model` (made for hardware.g_max_us) must outlive
  /// this. Throws ConfigError for an unknown drift_compensation or an impossible converter, MappingError when
  /// the targets' arrays do not fit their rows x columns.
  ProgrammedMatrix(ConductanceTargets targets, const HardwareConfig& hardware, const DeviceModel& model,
                   RandomKey key);

  /// One read of all crossbars `time_s` seconds after programming, with fresh read noise from `key`.
  /// Throws ConfigError when time_s is not in [0, 1e12].
  MatrixRead read(double time_s, RandomKey key) const;

  const ConductanceTargets& targets() const { return targets_; }
  /// Programmed conductances, uS, rows x columns (for the export).
  const std::vector<float>& programmed_plus_us() const { return programmed_plus_us_; }
  const std::vector<float>& programmed_minus_us() const { return programmed_minus_us_; }

 private:
  void program(RandomKey key);
  /// (G+ - G-) / g_max of every weight, one read.
  std::vector<float> read_conductances(double time_s, RandomKey key) const;
  /// Each tile's mean |ADC(conductance + output noise)| over one-hot inputs at full range, in units of
  /// g_max x full input: what the chip itself can measure (docs/sources.md).
  std::vector<float> read_out(const std::vector<float>& conductances, RandomKey key) const;
  /// Each tile's drift compensation: baseline read-out over the present one, 1 when switched off.
  std::vector<float> compensation(const std::vector<float>& conductances, RandomKey key) const;

  ConductanceTargets targets_;
  const DeviceModel* model_;
  Converter adc_;
  float g_max_us_;
  float output_noise_;
  bool compensated_;
  std::vector<float> programmed_plus_us_, programmed_minus_us_;
  std::vector<float> exponents_plus_, exponents_minus_;
  std::vector<float> noise_plus_, noise_minus_;  ///< read-noise fractions
  std::vector<float> baseline_;                  ///< read-out of each tile right after programming
};

}  // namespace mho
