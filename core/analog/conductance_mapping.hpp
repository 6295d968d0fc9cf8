// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/analog/hardware.hpp"
#include "core/analog/tile_grid.hpp"

namespace mho {

/// Conductance targets of a weight matrix before programming: a pair a weight, G+ for its positive part and
/// G- for its negative part, and the factor that turns a difference of conductances back into a weight.
struct ConductanceTargets {
  int rows = 0;
  int columns = 0;
  std::vector<TileExtent> tiles;
  std::vector<float> plus_us;  ///< rows x columns, row-major
  std::vector<float> minus_us;
  /// weight = (G+ - G-) / g_max * scale; one a (row split, column): scales[split * columns + column].
  std::vector<float> scales;
  int row_splits = 1;
  int row_split_of(int row) const;  ///< which split a row belongs to
  int split_rows = 0;               ///< rows of a full split (the crossbar's)
};

/// The weight that stands for g_max in every (row split, column) under HardwareConfig::weight_scaling:
/// scales[split * columns + column]. Both the mapping and noisy training normalise by it.
std::vector<float> conductance_scales(std::span<const float> weights, int rows, int columns,
                                      const HardwareConfig& hardware);

/// Maps weights (rows x columns, row-major) onto pairs: |w| / max|w| of its scaling group (HardwareConfig::
/// weight_scaling, within its tile) times g_max. An all-zero group gets scale 0. `scales`, if not empty,
/// takes the place of those maxima (a calibration's; [split * columns + column]); weights above their scale
/// are clipped. Throws MappingError when a weight is not finite or a size does not fit rows x columns,
/// ConfigError for an unknown weight_scaling or a g_max that is not a positive number.
ConductanceTargets map_to_conductances(std::span<const float> weights, int rows, int columns,
                                       const HardwareConfig& hardware, const std::vector<float>& scales = {});

}  // namespace mho
