// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulator.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/chip/layer_targets.hpp"
#include "core/chip/tally.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

std::unique_ptr<DeviceModel> model_of(const HardwareConfig& hardware) {
  return make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
}

}  // namespace

ChipSimulator::ChipSimulator(const std::filesystem::path& folder)
    : chip_(read_export(folder)), model_(model_of(chip_.network.hardware)) {
  if (needs_vector_path(chip_.network.hardware))
    throw ConfigError(
        (folder / "io.json").string() +
        ": hardware: expected converters and output noise only, as the simulator runs them, got effects "
        "that need whole input vectors (docs/physics.md, Tile I/O)");
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

BlockRead ChipSimulator::block_read(int index, const MatrixRead& read) const {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const LayerParameters& layer = chip_.network.parameters[static_cast<size_t>(block.node)];
  const HardwareConfig& hardware = chip_.network.hardware;
  const int rows = block.extent.rows, columns = block.extent.columns, step = weight_row(columns);
  BlockRead result;
  result.conductances.assign(static_cast<size_t>(rows) * static_cast<size_t>(step) + kernel_slack(), 0.0F);
  auto to = result.conductances.begin();
  const RowCut& cut = chip_.row_cuts.at(block.node);
  for (const RowCut::Run& run : cut.runs(block.extent.row, rows))
    for (int row = run.first; row < run.first + run.count; ++row, to += step)
      std::copy_n(
          read.conductances.begin() + std::ptrdiff_t{cut.crossbar_row(row) - block.extent.row} * columns,
          columns, to);
  result.scales = read.output_scales;
  for (float& scale : result.scales) scale *= layer.output_gain;
  // Without converters and noise an ideal crossbar takes inputs as they are.
  if (hardware.dac_bits == 0 && hardware.adc_bits == 0 && hardware.output_noise == 0) return result;
  result.input_range = layer.split_ranges.empty() ? layer.input_range
                                                  : layer.split_ranges[static_cast<size_t>(block.row_split)];
  if (result.input_range > 0)
    for (float& scale : result.scales) scale *= result.input_range;
  return result;
}

ChipSimulator::Programmed ChipSimulator::program(RandomKey key) const {
  Programmed chip;
  chip.simulator_ = this;
  for (int block = 0; block < static_cast<int>(chip_.blocks.size()); ++block)
    chip.matrices_.emplace_back(targets_of(block), chip_.network.hardware, *model_,
                                key.with("block", static_cast<std::uint64_t>(block)));
  return chip;
}

std::vector<BlockRead> ChipSimulator::Programmed::read(double time_s, RandomKey key) const {
  std::vector<BlockRead> reads;
  for (size_t block = 0; block < matrices_.size(); ++block)
    reads.push_back(simulator_->block_read(static_cast<int>(block),
                                           matrices_[block].read(time_s, key.with("block", block))));
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
    reads.push_back(
        block_read(block, {std::vector<float>(targets.targets_us.front().size(), 0.0F), targets.scales}));
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
