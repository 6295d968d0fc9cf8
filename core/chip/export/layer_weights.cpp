// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/layer_weights.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"

namespace mho {
namespace {

size_t index_of(int row, int column, int columns) {
  return static_cast<size_t>(row) * static_cast<size_t>(columns) + static_cast<size_t>(column);
}

void check_block(const Block& block, const MatrixShape& matrix, size_t splits, const std::string& where) {
  const TileExtent& extent = block.extent;
  if (extent.row > matrix.rows - extent.rows || extent.column > matrix.columns - extent.columns)
    throw DataError(fmt::format("{}: expected blocks inside {}x{}, found {}x{} at {}, {}", where, matrix.rows,
                                matrix.columns, extent.rows, extent.columns, extent.row, extent.column));
  if (static_cast<size_t>(block.row_split) >= splits)
    throw DataError(
        fmt::format("{}: expected a row split below {}, found {}", where, splits, block.row_split));
}

/// Checks that every cell lies in exactly one block.
void check_cover(const MatrixShape& matrix, const std::vector<Block>& blocks, const std::string& where) {
  std::vector<bool> covered(index_of(matrix.rows, 0, matrix.columns), false);
  for (const Block& block : blocks)
    for (int row = 0; row < block.extent.rows; ++row)
      for (int column = 0; column < block.extent.columns; ++column) {
        const size_t cell = index_of(block.extent.row + row, block.extent.column + column, matrix.columns);
        if (covered[cell]) throw DataError(where + ": expected blocks side by side, found two that overlap");
        covered[cell] = true;
      }
  if (std::find(covered.begin(), covered.end(), false) != covered.end())
    throw DataError(
        fmt::format("{}: expected blocks that cover {}x{}, found a gap", where, matrix.rows, matrix.columns));
}

/// What the cell of `block` at (row, column) from its corner holds, over the weight cell's unit.
float normalised(const ChipCells& cells, const Block& block, int row, int column) {
  const auto& [conductances_us, chip, cell] = cells;
  const size_t core_start =
      static_cast<size_t>(block.core) * index_of(chip.crossbar_rows, 0, chip.crossbar_columns);
  const size_t unit_cell =
      core_start + index_of(block.core_row + row, block.core_column + column, chip.crossbar_columns);
  const float* g = conductances_us.data() + unit_cell * devices_of_cell;
  float sum = 0;
  for (const DevicePlane& plane : cell.planes)
    sum += plane.factor * (g[device_of(plane)] - plane.reference_us);
  return sum / cell.unit_us;
}

}  // namespace

std::vector<float> weights_from_conductances(const MatrixShape& matrix, const std::vector<Block>& blocks,
                                             const std::vector<std::vector<float>>& scales,
                                             const ChipCells& cells, const std::string& where) {
  for (const Block& block : blocks) check_block(block, matrix, scales.size(), where);
  check_cover(matrix, blocks, where);
  std::vector<float> weights(index_of(matrix.rows, 0, matrix.columns));
  for (const Block& block : blocks) {
    const std::vector<float>& scale = scales[static_cast<size_t>(block.row_split)];
    for (int row = 0; row < block.extent.rows; ++row)
      for (int column = block.extent.column; column < block.extent.column + block.extent.columns; ++column)
        weights[index_of(block.extent.row + row, column, matrix.columns)] =
            normalised(cells, block, row, column - block.extent.column) * scale[static_cast<size_t>(column)];
  }
  return weights;
}

}  // namespace mho
