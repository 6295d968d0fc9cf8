// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace mho {

/// One crossbar's part of a weight matrix: rows [row, row + rows), columns [column, column + columns).
struct TileExtent {
  int row = 0;
  int rows = 0;
  int column = 0;
  int columns = 0;
};

/// Cuts a rows x columns matrix into crossbars, row-major over (row split, column split): full crossbars
/// first, the remainder in the last split (a "dense" split).
std::vector<TileExtent> cut_into_tiles(int rows, int columns, int crossbar_rows, int crossbar_columns);

}  // namespace mho
