// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/conductance_mapping.hpp"
#include "core/analog/devices/device_model.hpp"
#include "core/analog/drift_compensation.hpp"
#include "core/analog/hardware.hpp"
#include "core/analog/programmed_plane.hpp"

namespace mho {

/// What the crossbars hold at one moment. One matrix-vector product of a tile is
///   y[c] = output_scales[split][c] * input_range * ADC(sum_r conductances[r][c] * DAC(x[r] / input_range) +
///   noise),
/// summed over the row splits in digital.
struct MatrixRead {
  /// Sum over the cell's planes of factor (g - reference) over its unit (WeightCell), for a pair (G+ - G-) /
  /// g_max; with IR drop of the effective conductances. rows x columns, row-major. A reference does not
  /// drift: where a cell has one, the drift compensation is in here, on g alone, and not in output_scales.
  std::vector<float> conductances;
  /// Weight per unit of conductance times the drift compensation; [split * columns + column].
  std::vector<float> output_scales;
};

/// A weight matrix on crossbars: every device's state from its programming on. Copyable; a copy is another
/// chip only when it is programmed again with another key.
class ProgrammedMatrix {
 public:
  /// Programs every device and draws faults; draws come from `key`. `model` (made for hardware.g_max_us) must
  /// outlive this. Throws ConfigError as HardwareConfig::check or for an impossible converter, MappingError
  /// when the targets' arrays do not fit their rows x columns.
  ProgrammedMatrix(ConductanceTargets targets, const HardwareConfig& hardware, const DeviceModel& model,
                   RandomKey key);

  /// One read of all crossbars `time_s` seconds after programming, with fresh read noise from `key`.
  /// Throws ConfigError when the model refuses time_s.
  MatrixRead read(double time_s, RandomKey key) const;

  const ConductanceTargets& targets() const { return targets_; }
  /// Programmed conductances of one plane of the cell, µS, rows x columns.
  const std::vector<float>& programmed_us(size_t plane) const { return planes_.at(plane).programmed_us(); }

 private:
  std::vector<float> read_conductances(double time_s, RandomKey key) const;
  std::vector<float> programmed_conductances() const;
  /// Sum of factor g over the unit from the planes' conductances: write(plane, block, span) fills one
  /// block's, µS. The references are subtracted after the drift compensation.
  template <class Write>
  std::vector<float> normalise(const Write& write) const;
  /// Conductances of one plane, µS, to effective ones, each tile's columns with wires of their own.
  void fold_in_wires(std::vector<float>& conductances_us) const;

  ConductanceTargets targets_;
  std::vector<ProgrammedPlane> planes_;
  DriftCompensation compensation_;
  double wire_resistance_ohm_;  ///< 0 without IR drop
};

}  // namespace mho
