// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analog/devices/device_model.hpp"
#include "core/analog/hardware.hpp"
#include "core/analog/mapping/tile_grid.hpp"

namespace mho {

/// One device of every weight's cell: rows x columns devices with one role.
struct DevicePlane {
  std::string label;       ///< "plus", "minus", "plus 2", ..., "single": names its random draws
  int pair = 0;            ///< which of CellConfig::pair_significances
  float factor = 1;        ///< what its conductance counts for: +- the pair's significance
  float reference_us = 0;  ///< subtracted from its conductance in digital
  float start_us = 0;      ///< weight (in units of factor x µS) above which the device begins to fill
};

/// How the devices of a cell make a weight:
///   weight / scale = sum over planes of factor (g - reference) / unit.
struct WeightCell {
  std::vector<DevicePlane> planes;
  float unit_us = 0;  ///< the sum that stands for the largest weight; g_max for one pair
  ConductanceRange range;
};

/// The cell of HardwareConfig::mapping on devices with that range (by default the range of
/// hardware.device):
///   pairs: planes plus, minus, plus 2, minus 2, ...; unit = sum of significances x (g_max - g_min). Pairs
///   are
///     filled in the order of rising significance, each from where the one before is full.
///   single: weights [-scale, scale] on [g_min, g_max], reference in the middle, unit half the range.
/// Throws ConfigError as HardwareConfig::check, or when the range is empty.
WeightCell make_weight_cell(const HardwareConfig& hardware, const ConductanceRange& range);
WeightCell make_weight_cell(const HardwareConfig& hardware);

/// Conductance targets of a weight matrix before programming, and what turns conductances back into weights.
struct ConductanceTargets {
  int rows = 0;
  int columns = 0;
  std::vector<TileExtent> tiles;
  WeightCell cell;
  std::vector<std::vector<float>> targets_us;  ///< of each plane of the cell: rows x columns, row-major
  /// Weight that stands for the cell's unit; one a (row split, column): scales[split * columns + column].
  std::vector<float> scales;
  int row_splits = 1;
  int row_split_of(int row) const;  ///< which split a row belongs to
  int split_rows = 0;               ///< rows of a full split (the crossbar's)
};

/// The weight that stands for a full cell in every (row split, column) under HardwareConfig::weight_scaling:
/// scales[split * columns + column]. Both the mapping and noisy training normalise by it.
std::vector<float> conductance_scales(std::span<const float> weights, int rows, int columns,
                                      const HardwareConfig& hardware);

/// Maps weights (rows x columns, row-major) onto cells (make_weight_cell): each weight over max|w| of its
/// scaling group (HardwareConfig::weight_scaling, within its tile). An all-zero group gets scale 0. `scales`,
/// if not empty, takes the place of those maxima (a calibration's; [split * columns + column]); weights above
/// their scale are clipped. Throws MappingError when a weight is not finite or a size does not fit rows x
/// columns, ConfigError as make_weight_cell.
ConductanceTargets map_to_conductances(std::span<const float> weights, int rows, int columns,
                                       const HardwareConfig& hardware, const ConductanceRange& range,
                                       const std::vector<float>& scales = {});
/// On the range of hardware.device.
ConductanceTargets map_to_conductances(std::span<const float> weights, int rows, int columns,
                                       const HardwareConfig& hardware, const std::vector<float>& scales = {});

}  // namespace mho
