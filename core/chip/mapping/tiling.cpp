// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/tiling.hpp"

#include <algorithm>

#include "core/nn/operators/recurrent_cell.hpp"

namespace mho {
namespace {

class Cutter {
 public:
  Cutter(const Architecture& architecture, const ChipConfig& chip, const MappingConfig& config)
      : architecture_(architecture), chip_(chip), row_split_(config.row_split) {}

  void cut(int node) {
    const MatrixShape matrix = matrix_shape(architecture_, node);
    if (matrix.groups == 1)
      cut_matrix(node, matrix);
    else if (matrix.rows <= chip_.crossbar_rows && matrix.columns <= chip_.crossbar_columns)
      cut_diagonal(node, matrix);
    else
      for (int group = 0; group < matrix.groups; ++group) cut_group(node, matrix, group);
  }

  std::vector<Block> take() {
    for (size_t i = 0; i < blocks_.size(); ++i) blocks_[i].group = static_cast<int>(i);
    return std::move(blocks_);
  }

 private:
  const Node& node_at(int node) const { return architecture_.nodes()[static_cast<size_t>(node)]; }
  const Shape& input_of(int node) const { return node_at(node_at(node).inputs.front()).shape; }

  Block& add(int node, const TileExtent& extent, int row_split, const MatrixShape& matrix) {
    Block& block = blocks_.emplace_back();
    block.node = node;
    block.extent = extent;
    block.row_split = row_split;
    block.products = matrix.products;
    block.weights = std::int64_t{1} * extent.rows * extent.columns;
    return block;
  }

  void cut_matrix(int node, const MatrixShape& matrix) {
    const RowCut cut = row_cut_of(architecture_, node, row_split_, chip_.crossbar_rows);
    if (const RecurrentCell* cell = node_at(node).running.cell) return cut_recurrent(node, matrix, *cell);
    const bool aligned = cut.taps > 1;
    const int units = node_at(node).on_chip.flattens ? matrix.rows : input_of(node).channels;
    for (const TileExtent& extent :
         cut_into_tiles(matrix.rows, matrix.columns, cut.split_rows, chip_.crossbar_columns)) {
      Block& block = add(node, extent, extent.row / cut.split_rows, matrix);
      block.first_input = aligned ? extent.row / cut.taps : extent.row % units;
      block.inputs = aligned ? extent.rows / cut.taps : std::min(extent.rows, units);
    }
  }

  /// Rows are inputs and then states; the columns of a unit stay together.
  void cut_recurrent(int node, const MatrixShape& matrix, const RecurrentCell& cell) {
    const RowCut cut = row_cut_of(architecture_, node, row_split_, chip_.crossbar_rows);
    const int inputs = input_of(node).channels;
    const int columns = std::max(1, chip_.crossbar_columns / cell.blocks()) * cell.blocks();
    for (const TileExtent& extent : cut_into_tiles(matrix.rows, matrix.columns, cut.split_rows, columns)) {
      Block& block = add(node, extent, extent.row / cut.split_rows, matrix);
      const int end = extent.row + extent.rows;
      block.first_input = std::min(extent.row, inputs);
      block.inputs = std::min(end, inputs) - block.first_input;
      block.first_state = std::max(extent.row, inputs) - inputs;
      block.states = std::max(end, inputs) - inputs - block.first_state;
      block.in_turn = true;
    }
  }

  void cut_diagonal(int node, const MatrixShape& matrix) {
    const int most = std::min(chip_.crossbar_rows / matrix.rows, chip_.crossbar_columns / matrix.columns);
    const int channels = input_of(node).channels / matrix.groups;  // of a group
    for (int group = 0; group < matrix.groups; group += most) {
      const int groups = std::min(most, matrix.groups - group);
      Block& block = add(
          node, {group * matrix.rows, groups * matrix.rows, group * matrix.columns, groups * matrix.columns},
          0, matrix);
      block.weights /= groups;
      block.first_input = group * channels;
      block.inputs = groups * channels;
    }
  }

  void cut_group(int node, const MatrixShape& matrix, int group) {
    const int channels = input_of(node).channels / matrix.groups;
    for (TileExtent extent :
         cut_into_tiles(matrix.rows, matrix.columns, chip_.crossbar_rows, chip_.crossbar_columns)) {
      const int row_split = extent.row / chip_.crossbar_rows;
      extent.row += group * matrix.rows;
      extent.column += group * matrix.columns;
      Block& block = add(node, extent, row_split, matrix);
      block.first_input = group * channels;
      block.inputs = channels;
    }
  }

  const Architecture& architecture_;
  const ChipConfig& chip_;
  RowSplit row_split_;
  std::vector<Block> blocks_;
};

}  // namespace

RowCut row_cut_of(const Architecture& architecture, int node, RowSplit row_split, int crossbar_rows) {
  const MatrixShape matrix = matrix_shape(architecture, node);
  return cut_rows(row_split, matrix.rows, matrix.taps, crossbar_rows);
}

bool is_on_crossbars(const Architecture& architecture, int node, const MappingConfig& config) {
  const Node& here = architecture.nodes()[static_cast<size_t>(node)];
  if (is_grouped(here)) return config.depthwise == DepthwisePlace::block_diagonal;
  return here.on_chip.place == OnChip::Place::crossbar;
}

std::vector<Block> cut_into_blocks(const Architecture& architecture, const ChipConfig& chip,
                                   const MappingConfig& config) {
  Cutter cutter(architecture, chip, config);
  for (int node = 0; node < static_cast<int>(architecture.nodes().size()); ++node)
    if (is_on_crossbars(architecture, node, config)) cutter.cut(node);
  return cutter.take();
}

}  // namespace mho
