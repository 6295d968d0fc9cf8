// SPDX-License-Identifier: Apache-2.0
#include "core/analog/conductance_mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/base/vector/column_maxima.hpp"

namespace mho {
namespace {

void check(std::span<const float> weights, int rows, int columns, const HardwareConfig& hardware) {
  if (weights.size() != static_cast<size_t>(rows) * static_cast<size_t>(columns))
    throw MappingError(fmt::format("mapping weights to conductances: expected {} x {} weights, got {}", rows,
                                   columns, weights.size()));
  const auto bad = std::find_if(weights.begin(), weights.end(), [](float w) { return !std::isfinite(w); });
  if (bad != weights.end()) {
    const auto index = bad - weights.begin();
    throw MappingError(fmt::format("weight at row {}, column {}: expected a finite number, got {}",
                                   index / columns, index % columns, *bad));
  }
  const std::vector<std::string> scalings{"column", "tile"};
  if (std::find(scalings.begin(), scalings.end(), hardware.weight_scaling) == scalings.end())
    throw ConfigError(fmt::format("weight_scaling: expected one of {}, got '{}'{}", join(scalings),
                                  hardware.weight_scaling, did_you_mean(hardware.weight_scaling, scalings)));
  if (!std::isfinite(hardware.g_max_us) || hardware.g_max_us <= 0)
    throw ConfigError(fmt::format("g_max_us: expected a number above 0, got {}", hardware.g_max_us));
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

/// Writes the pairs of one tile; `scales` are those of its columns.
void map_tile(std::span<const float> weights, const TileExtent& tile, const float* scales, float g_max_us,
              ConductanceTargets& targets) {
  for (int r = 0; r < tile.rows; ++r)
    for (int c = 0; c < tile.columns; ++c) {
      const auto i = static_cast<size_t>(tile.row + r) * static_cast<size_t>(targets.columns) +
                     static_cast<size_t>(tile.column + c);
      const float full = scales[c];
      const float g = full > 0 ? std::clamp(weights[i] / full, -1.0f, 1.0f) * g_max_us : 0.0f;
      targets.plus_us[i] = std::max(0.0f, g);
      targets.minus_us[i] = std::max(0.0f, -g);
    }
}

}  // namespace

int ConductanceTargets::row_split_of(int row) const { return row / split_rows; }

std::vector<float> conductance_scales(std::span<const float> weights, int rows, int columns,
                                      const HardwareConfig& hardware) {
  const int splits = (rows + hardware.crossbar_rows - 1) / hardware.crossbar_rows;
  std::vector<float> scales(static_cast<size_t>(splits) * static_cast<size_t>(columns));
  for (const auto& tile : cut_into_tiles(rows, columns, hardware.crossbar_rows, hardware.crossbar_columns)) {
    const auto maxima = largest(weights, columns, tile, hardware.weight_scaling == "column");
    const auto first = tile.row / hardware.crossbar_rows * columns + tile.column;
    std::copy(maxima.begin(), maxima.end(), scales.begin() + first);
  }
  return scales;
}

ConductanceTargets map_to_conductances(std::span<const float> weights, int rows, int columns,
                                       const HardwareConfig& hardware, const std::vector<float>& scales) {
  ConductanceTargets targets;
  targets.rows = rows;
  targets.columns = columns;
  targets.tiles = cut_into_tiles(rows, columns, hardware.crossbar_rows, hardware.crossbar_columns);
  check(weights, rows, columns, hardware);
  targets.split_rows = hardware.crossbar_rows;
  targets.row_splits = targets.row_split_of(rows - 1) + 1;
  targets.plus_us.resize(weights.size());
  targets.minus_us.resize(weights.size());
  targets.scales = scales.empty() ? conductance_scales(weights, rows, columns, hardware) : scales;
  const auto expected = static_cast<size_t>(targets.row_splits) * static_cast<size_t>(columns);
  if (targets.scales.size() != expected)
    throw MappingError(
        fmt::format("column scales: expected {} for {} row splits x {} columns, got {}; they were "
                    "calibrated for other crossbars",
                    expected, targets.row_splits, columns, scales.size()));
  for (const auto& tile : targets.tiles)
    map_tile(weights, tile, targets.scales.data() + targets.row_split_of(tile.row) * columns + tile.column,
             static_cast<float>(hardware.g_max_us), targets);
  return targets;
}

}  // namespace mho
