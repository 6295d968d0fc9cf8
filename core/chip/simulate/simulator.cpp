// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/simulator.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/chip/export/layer_targets.hpp"
#include "core/chip/simulate/tally.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

std::unique_ptr<DeviceModel> model_of(const HardwareConfig& hardware) {
  return make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
}

/// The rows of the layer's matrix that a block holds. With effects that depend on where a row lies they are
/// in the order of the crossbar's rows; else in that of the matrix, in which the engine's fused products add
/// up.
std::vector<int> rows_of(const Block& block, const RowCut& cut, bool as_they_lie) {
  std::vector<int> rows(static_cast<size_t>(block.extent.rows));
  for (size_t r = 0; r < rows.size(); ++r) rows[r] = cut.matrix_row(block.extent.row + static_cast<int>(r));
  if (!as_they_lie) std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

ChipSimulator::ChipSimulator(const std::filesystem::path& folder)
    : chip_(read_export(folder)), model_(model_of(chip_.network.hardware)) {
  for (const Block& block : chip_.blocks)
    rows_.push_back(rows_of(block, chip_.row_cuts.at(block.node), needs_vector_path(chip_.network.hardware)));
}

/// A block's cells as a matrix of one tile.
ConductanceTargets ChipSimulator::targets_of(int index) const {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const TileExtent whole{0, block.extent.rows, 0, block.extent.columns};
  ConductanceTargets targets;
  targets.rows = targets.split_rows = whole.rows;
  targets.columns = whole.columns;
  targets.tiles = {whole};
  targets.cell = make_weight_cell(chip_.network.hardware);
  targets.targets_us.resize(targets.cell.planes.size());
  for (int row = 0; row < whole.rows; ++row)
    for (int column = 0; column < whole.columns; ++column) {
      const size_t core_row =
          static_cast<size_t>(block.core) * static_cast<size_t>(chip_.chip.crossbar_rows) +
          static_cast<size_t>(block.core_row + row);
      const size_t cell = core_row * static_cast<size_t>(chip_.chip.crossbar_columns) +
                          static_cast<size_t>(block.core_column + column);
      const float* g = chip_.network.targets.conductances_us.data() + cell * devices_of_cell;
      for (size_t plane = 0; plane < targets.targets_us.size(); ++plane)
        targets.targets_us[plane].push_back(g[device_of(targets.cell.planes[plane])]);
    }
  const int layer_columns = matrix_shape(chip_.network.architecture, block.node).columns;
  const auto first =
      chip_.scales.at(block.node).begin() + block.row_split * layer_columns + block.extent.column;
  targets.scales.assign(first, first + whole.columns);
  return targets;
}

BlockRead ChipSimulator::block_read(int index, const MatrixRead& read, RandomKey columns) const {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const LayerParameters& layer = chip_.network.parameters[static_cast<size_t>(block.node)];
  const std::vector<int>& rows = rows_[static_cast<size_t>(index)];
  const RowCut& cut = chip_.row_cuts.at(block.node);
  MatrixRead tile{{}, read.output_scales};
  for (const int row : rows) {
    const auto from = read.conductances.begin() +
                      std::ptrdiff_t{cut.crossbar_row(row) - block.extent.row} * block.extent.columns;
    tile.conductances.insert(tile.conductances.end(), from, from + block.extent.columns);
  }
  for (float& scale : tile.output_scales) scale *= layer.output_gain;
  HardwareConfig hardware = chip_.network.hardware;
  hardware.crossbar_rows = block.extent.rows;
  hardware.crossbar_columns = block.extent.columns;
  const float calibrated = layer.split_ranges.empty()
                               ? layer.input_range
                               : layer.split_ranges[static_cast<size_t>(block.row_split)];
  return {FrozenMatrix(tile, block.extent.rows, block.extent.columns, hardware,
                       {effective_input_range(hardware, calibrated)}, columns),
          &rows};
}

ChipSimulator::Programmed ChipSimulator::program(RandomKey key) const {
  Programmed chip;
  chip.simulator_ = this;
  chip.key_ = key;
  for (int block = 0; block < static_cast<int>(chip_.blocks.size()); ++block)
    chip.matrices_.emplace_back(targets_of(block), chip_.network.hardware, *model_,
                                key.with("block", static_cast<std::uint64_t>(block)));
  return chip;
}

std::vector<BlockRead> ChipSimulator::Programmed::read(double time_s, RandomKey key) const {
  std::vector<BlockRead> reads;
  for (size_t block = 0; block < matrices_.size(); ++block)
    reads.push_back(simulator_->block_read(static_cast<int>(block),
                                           matrices_[block].read(time_s, key.with("block", block)),
                                           key_.with("columns", block)));
  return reads;
}

std::vector<float> ChipSimulator::logits(const std::vector<BlockRead>& blocks, const float* image,
                                         RandomKey key, std::uint32_t index) const {
  return ImageRun(chip_, chip_.pipelined, blocks, key, index, nullptr).run(image);
}

Cost ChipSimulator::count_cost() const {
  std::vector<BlockRead> reads;
  for (int block = 0; block < static_cast<int>(chip_.blocks.size()); ++block) {
    const ConductanceTargets targets = targets_of(block);
    reads.push_back(block_read(
        block, {std::vector<float>(targets.targets_us.front().size(), 0.0F), targets.scales}, RandomKey(0)));
  }
  const std::vector<float> image(static_cast<size_t>(chip_.network.architecture.input().size()), 0.0F);
  Tally pipeline(chip_, chip_.pipelined), alone(chip_, chip_.one_image);
  const RandomKey key(0);
  ImageRun(chip_, chip_.pipelined, reads, key, 0, &pipeline).run(image.data());
  ImageRun(chip_, chip_.one_image, reads, key, 0, &alone).run(image.data());
  pipeline.check_links();
  Cost cost = pipeline.cost();
  cost.latency_s = alone.cost().latency_s;
  return cost;
}

}  // namespace mho
