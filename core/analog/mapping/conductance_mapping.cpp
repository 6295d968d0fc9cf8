// SPDX-License-Identifier: Apache-2.0
#include "core/analog/mapping/conductance_mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.hpp"
#include "core/base/vector/column_maxima.hpp"

namespace mho {
namespace {

void check(std::span<const float> weights, int rows, int columns) {
  if (weights.size() != static_cast<size_t>(rows) * static_cast<size_t>(columns))
    throw MappingError(fmt::format("mapping weights to conductances: expected {} x {} weights, got {}", rows,
                                   columns, weights.size()));
  const auto bad = std::find_if(weights.begin(), weights.end(), [](float w) { return !std::isfinite(w); });
  if (bad != weights.end()) {
    const auto index = bad - weights.begin();
    throw MappingError(fmt::format("weight at row {}, column {}: expected a finite number, got {}",
                                   index / columns, index % columns, *bad));
  }
}

/// Largest |weight| of each column of the tile, or the tile's for all its columns.
std::vector<float> largest(std::span<const float> weights, int columns, const TileExtent& tile,
                           bool by_column) {
  std::vector<float> maxima(static_cast<size_t>(tile.columns), 0.0f);
  const float* first =
      weights.data() + static_cast<size_t>(tile.row) * static_cast<size_t>(columns) + tile.column;
  column_maxima(first, columns, tile.rows, tile.columns, maxima.data());
  if (!by_column) std::fill(maxima.begin(), maxima.end(), *std::max_element(maxima.begin(), maxima.end()));
  return maxima;
}

/// Writes one plane of one tile.
void map_tile(std::span<const float> weights, const TileExtent& tile, size_t plane_number,
              ConductanceTargets& targets) {
  const auto& cell = targets.cell;
  const auto& plane = cell.planes[plane_number];
  auto& targets_us = targets.targets_us[plane_number];
  const int columns = targets.columns;
  const float* scales =
      targets.scales.data() + std::ptrdiff_t{targets.row_split_of(tile.row)} * columns + tile.column;
  const auto min_us = static_cast<float>(cell.range.min_us), max_us = static_cast<float>(cell.range.max_us);
  const auto span_us = static_cast<float>(cell.range.max_us - cell.range.min_us);
  const float sign = plane.factor < 0 ? -1.0f : 1.0f, significance = std::fabs(plane.factor);
  for (int r = 0; r < tile.rows; ++r)
    for (int c = 0; c < tile.columns; ++c) {
      const auto i = static_cast<size_t>(tile.row + r) * static_cast<size_t>(columns) +
                     static_cast<size_t>(tile.column + c);
      const float full = scales[c];
      const float g = full > 0 ? weights[i] / full * cell.unit_us : 0.0f;
      const float part = std::clamp((sign * g - plane.start_us) / significance, 0.0f, span_us);
      targets_us[i] = std::min(min_us + part, max_us);
    }
}

std::vector<DevicePlane> pair_planes(const std::vector<double>& significances, double span_us) {
  const size_t pairs = significances.size();
  std::vector<size_t> order(pairs);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return significances[a] < significances[b]; });
  std::vector<DevicePlane> planes(2 * pairs);
  double start_us = 0;
  for (const size_t pair : order) {
    const auto factor = static_cast<float>(significances[pair]);
    const std::string number = pair == 0 ? "" : fmt::format(" {}", pair + 1);
    const int index = static_cast<int>(pair);
    planes[2 * pair] = {"plus" + number, index, factor, 0, static_cast<float>(start_us)};
    planes[2 * pair + 1] = {"minus" + number, index, -factor, 0, static_cast<float>(start_us)};
    start_us += significances[pair] * span_us;
  }
  return planes;
}

ConductanceRange device_range(const HardwareConfig& hardware) {
  return make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters)->range();
}

}  // namespace

WeightCell make_weight_cell(const HardwareConfig& hardware, const ConductanceRange& range) {
  hardware.check();
  const double span_us = range.max_us - range.min_us;
  if (!(range.min_us >= 0 && span_us > 0))
    throw ConfigError(
        fmt::format("conductance range of device '{}': expected 0 <= lowest < highest, got {} to {} µS",
                    hardware.device, range.min_us, range.max_us));
  WeightCell cell;
  cell.range = range;
  if (hardware.cell.kind == CellKind::single) {
    cell.unit_us = static_cast<float>(span_us / 2);
    cell.planes = {{"single", 0, 1, static_cast<float>((range.min_us + range.max_us) / 2), -cell.unit_us}};
    return cell;
  }
  const auto& significances = hardware.cell.pair_significances;
  cell.unit_us =
      static_cast<float>(std::accumulate(significances.begin(), significances.end(), 0.0) * span_us);
  cell.planes = pair_planes(significances, span_us);
  return cell;
}

WeightCell make_weight_cell(const HardwareConfig& hardware) {
  return make_weight_cell(hardware, device_range(hardware));
}

int ConductanceTargets::row_split_of(int row) const { return row / split_rows; }

std::vector<float> conductance_scales(std::span<const float> weights, int rows, int columns,
                                      const HardwareConfig& hardware) {
  const int splits = (rows + hardware.crossbar_rows - 1) / hardware.crossbar_rows;
  std::vector<float> scales(static_cast<size_t>(splits) * static_cast<size_t>(columns));
  for (const auto& tile : cut_into_tiles(rows, columns, hardware.crossbar_rows, hardware.crossbar_columns)) {
    const auto maxima = largest(weights, columns, tile, hardware.weight_scaling == WeightScaling::column);
    const auto first = tile.row / hardware.crossbar_rows * columns + tile.column;
    std::copy(maxima.begin(), maxima.end(), scales.begin() + first);
  }
  return scales;
}

ConductanceTargets map_to_conductances(std::span<const float> weights, int rows, int columns,
                                       const HardwareConfig& hardware, const ConductanceRange& range,
                                       const std::vector<float>& scales) {
  ConductanceTargets targets;
  targets.rows = rows;
  targets.columns = columns;
  targets.tiles = cut_into_tiles(rows, columns, hardware.crossbar_rows, hardware.crossbar_columns);
  check(weights, rows, columns);
  targets.cell = make_weight_cell(hardware, range);
  targets.split_rows = hardware.crossbar_rows;
  targets.row_splits = targets.row_split_of(rows - 1) + 1;
  targets.scales = scales.empty() ? conductance_scales(weights, rows, columns, hardware) : scales;
  const auto expected = static_cast<size_t>(targets.row_splits) * static_cast<size_t>(columns);
  if (targets.scales.size() != expected)
    throw MappingError(
        fmt::format("column scales: expected {} for {} row splits x {} columns, got {}; they were "
                    "calibrated for other crossbars",
                    expected, targets.row_splits, columns, scales.size()));
  for (size_t plane = 0; plane < targets.cell.planes.size(); ++plane) {
    targets.targets_us.emplace_back(weights.size());
    for (const auto& tile : targets.tiles) map_tile(weights, tile, plane, targets);
  }
  return targets;
}

ConductanceTargets map_to_conductances(std::span<const float> weights, int rows, int columns,
                                       const HardwareConfig& hardware, const std::vector<float>& scales) {
  return map_to_conductances(weights, rows, columns, hardware, device_range(hardware), scales);
}

}  // namespace mho
