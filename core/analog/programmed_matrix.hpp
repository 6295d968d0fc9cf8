// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/analog/devices/device_model.hpp"
#include "core/analog/hardware.hpp"
#include "core/analog/tile_grid.hpp"

namespace mho {

/// Conductance targets of a weight matrix before programming: a pair a weight, G+ for its positive part and G- for
/// its negative part, and the factor that turns a difference of conductances back into a weight.
struct ConductanceTargets {
  int rows = 0;
  int columns = 0;
  std::vector<TileExtent> tiles;
  std::vector<float> plus_us;   ///< rows x columns, row-major
  std::vector<float> minus_us;
  /// weight = (G+ - G-) / g_max * scale; one a (row split, column): scales[split * columns + column].
  std::vector<float> scales;
  int row_splits = 1;
  int row_split_of(int row) const;  ///< which split a row belongs to
  int split_rows = 0;               ///< rows of a full split (the crossbar's)
};

/// Maps weights (rows x columns, row-major) onto pairs: |w| / max|w| of its scaling group (HardwareConfig::
/// weight_scaling, within its tile) times g_max. An all-zero group gets scale 0.
/// Throws MappingError when a weight is not finite.
ConductanceTargets map_to_conductances(const std::vector<float>& weights, int rows, int columns,
                                       const HardwareConfig& hardware);

/// What the crossbars hold at one moment. One matrix-vector product of a tile is
///   y[c] = output_scales[split][c] * input_range * ADC(sum_r conductances[r][c] * DAC(x[r] / input_range) + noise),
/// summed over the row splits in digital.
struct MatrixRead {
  /// (G+ - G-) / g_max, rows x columns, row-major.
  std::vector<float> conductances;
  /// Weight per unit of conductance times the tile's drift compensation; [split * columns + column].
  std::vector<float> output_scales;
};

/// A weight matrix on crossbars: every device's state from its programming on. Copyable; a copy is another chip
/// only when it is programmed again with another key.
class ProgrammedMatrix {
 public:
  /// Programs every device once; draws come from `key`. `model` must outlive this.
  ProgrammedMatrix(ConductanceTargets targets, const HardwareConfig& hardware, const DeviceModel& model, RandomKey key);

  /// One read of all crossbars `time_s` seconds after programming, with fresh read noise from `key`.
  MatrixRead read(double time_s, RandomKey key) const;

  const ConductanceTargets& targets() const { return targets_; }
  /// Programmed conductances, uS, rows x columns (for the export).
  const std::vector<float>& programmed_plus_us() const { return programmed_plus_us_; }
  const std::vector<float>& programmed_minus_us() const { return programmed_minus_us_; }

 private:
  /// Each tile's drift compensation at `time_s`: baseline read-out over present read-out (1 when switched off).
  /// A read-out is mean |ADC(column + noise)| over one-hot inputs, as in the chip's read-out (reference 1.7).
  std::vector<float> compensation(const std::vector<float>& conductances, RandomKey key) const;

  ConductanceTargets targets_;
  HardwareConfig hardware_;
  const DeviceModel* model_;
  std::vector<float> programmed_plus_us_, programmed_minus_us_;
  std::vector<float> exponents_plus_, exponents_minus_;
  std::vector<float> baseline_;  ///< mean read-out of each tile right after programming
};

}  // namespace mho
