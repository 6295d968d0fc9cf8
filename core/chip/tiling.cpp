// SPDX-License-Identifier: Apache-2.0
#include "core/chip/tiling.hpp"

namespace mho {

bool is_on_crossbars(const Architecture& architecture, int node) {
  return !is_grouped(architecture.nodes()[static_cast<size_t>(node)]) &&
         matrix_shape(architecture, node).rows > 0;
}

std::vector<Block> cut_into_blocks(const Architecture& architecture, const ChipConfig& chip) {
  std::vector<Block> blocks;
  for (int node = 0; node < static_cast<int>(architecture.nodes().size()); ++node) {
    if (!is_on_crossbars(architecture, node)) continue;
    const MatrixShape matrix = matrix_shape(architecture, node);
    for (const TileExtent& extent :
         cut_into_tiles(matrix.rows, matrix.columns, chip.crossbar_rows, chip.crossbar_columns))
      blocks.push_back({.node = node, .extent = extent, .row_split = extent.row / chip.crossbar_rows});
  }
  return blocks;
}

}  // namespace mho
