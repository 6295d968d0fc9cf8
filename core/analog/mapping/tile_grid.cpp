// SPDX-License-Identifier: Apache-2.0
#include "core/analog/mapping/tile_grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"

namespace mho {

std::vector<TileExtent> cut_into_tiles(int rows, int columns, int crossbar_rows, int crossbar_columns) {
  if (rows < 1 || columns < 1)
    throw MappingError(
        fmt::format("cutting a matrix into crossbars: expected at least 1 x 1, got {} x {}", rows, columns));
  if (crossbar_rows < 1 || crossbar_columns < 1)
    throw MappingError(
        fmt::format("crossbar size: expected at least 1 x 1, got {} x {}", crossbar_rows, crossbar_columns));
  std::vector<TileExtent> tiles;
  for (int row = 0; row < rows; row += std::min(crossbar_rows, rows - row))
    for (int column = 0; column < columns; column += std::min(crossbar_columns, columns - column))
      tiles.push_back(
          {row, std::min(crossbar_rows, rows - row), column, std::min(crossbar_columns, columns - column)});
  return tiles;
}

}  // namespace mho
