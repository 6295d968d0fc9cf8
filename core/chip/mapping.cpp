// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping.hpp"

#include <fmt/format.h>

#include "core/chip/cost.hpp"
#include "core/chip/packing.hpp"
#include "core/chip/tiling.hpp"

namespace mho {
namespace {

std::vector<Rectangle> rectangles_of(const Architecture& architecture, const std::vector<Block>& blocks) {
  std::vector<Rectangle> rectangles;
  for (const Block& block : blocks)
    rectangles.push_back(
        {block.extent.columns, block.extent.rows, matrix_shape(architecture, block.node).products});
  return rectangles;
}

/// Bins numbered anew in the order in which the network first uses them, so that data flow from bin to bin.
std::vector<int> network_order(const Packing& packing) {
  std::vector<int> order(static_cast<size_t>(packing.bins), -1);
  int next = 0;
  for (const Placement& place : packing.placements) {
    int& number = order[static_cast<size_t>(place.bin)];
    if (number < 0) number = next++;
  }
  return order;
}

/// The n-th core of a walk that turns at the end of each grid row: neighbours in the walk are neighbours on
/// the grid.
int serpentine_core(const ChipConfig& chip, int n) {
  const int row = n / chip.grid_columns, column = n % chip.grid_columns;
  return row * chip.grid_columns + (row % 2 == 0 ? column : chip.grid_columns - 1 - column);
}

void place(const ChipConfig& chip, const Packing& packing, std::vector<Block>& blocks) {
  const std::vector<int> order = network_order(packing);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Placement& where = packing.placements[i];
    blocks[i].core = serpentine_core(chip, order[static_cast<size_t>(where.bin)]);
    blocks[i].core_row = where.y;
    blocks[i].core_column = where.x;
  }
}

std::string why_infeasible(const Architecture& architecture, const ChipConfig& chip, const Packing& packing,
                           const std::vector<Block>& blocks) {
  const std::vector<int> order = network_order(packing);
  size_t first = 0;
  while (order[static_cast<size_t>(packing.placements[first].bin)] < chip.cores()) ++first;
  const Node& node = architecture.nodes()[static_cast<size_t>(blocks[first].node)];
  return fmt::format(
      "{} does not fit {}: layer '{}' is the first without a core; {} cores needed, {} available, {} short",
      architecture.name(), chip.name, node.name, packing.bins, chip.cores(), packing.bins - chip.cores());
}

}  // namespace

MappingResult map_onto_chip(const Architecture& architecture, const ChipConfig& chip) {
  std::vector<Block> blocks = cut_into_blocks(architecture, chip);
  const Packing packing = pack_rectangles(rectangles_of(architecture, blocks), chip.crossbar_columns,
                                          chip.crossbar_rows, chip.cores());
  MappingResult result;
  result.cores_needed = packing.bins;
  if (packing.bins > chip.cores()) {
    result.reason = why_infeasible(architecture, chip, packing, blocks);
    return result;
  }
  place(chip, packing, blocks);
  Cost cost = count_cost(architecture, chip, blocks);
  result.mapping = Mapping{std::move(blocks), cost};
  return result;
}

}  // namespace mho
