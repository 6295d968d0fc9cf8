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

/// Images that walk the timeline at once: enough to spread what a walk costs, few enough that a layer's
/// inputs and outputs stay in the cache.
int images_at_once(const Architecture& architecture) {
  constexpr std::int64_t floats = std::int64_t{1} << 16, most = 64;
  std::int64_t largest = 1;
  for (const Node& node : architecture.nodes()) largest = std::max(largest, node.shape.size());
  return static_cast<int>(std::clamp<std::int64_t>(floats / largest, 1, most));
}

}  // namespace

ChipSimulator::ChipSimulator(const std::filesystem::path& folder)
    : plan_(folder), model_(model_of(chip().network.hardware)) {}

/// A block's cells as a matrix of one tile.
ConductanceTargets ChipSimulator::targets_of(int index) const {
  const Block& block = chip().blocks[static_cast<size_t>(index)];
  const TileExtent whole{0, block.extent.rows, 0, block.extent.columns};
  ConductanceTargets targets;
  targets.rows = targets.split_rows = whole.rows;
  targets.columns = whole.columns;
  targets.tiles = {whole};
  targets.cell = make_weight_cell(chip().network.hardware);
  targets.targets_us.resize(targets.cell.planes.size());
  for (int row = 0; row < whole.rows; ++row)
    for (int column = 0; column < whole.columns; ++column) {
      const size_t core_row =
          static_cast<size_t>(block.core) * static_cast<size_t>(chip().chip.crossbar_rows) +
          static_cast<size_t>(block.core_row + row);
      const size_t cell = core_row * static_cast<size_t>(chip().chip.crossbar_columns) +
                          static_cast<size_t>(block.core_column + column);
      const float* g = chip().network.targets.conductances_us.data() + cell * devices_of_cell;
      for (size_t plane = 0; plane < targets.targets_us.size(); ++plane)
        targets.targets_us[plane].push_back(g[device_of(targets.cell.planes[plane])]);
    }
  const int layer_columns = matrix_shape(chip().network.architecture, block.node).columns;
  const auto first =
      chip().scales.at(block.node).begin() + block.row_split * layer_columns + block.extent.column;
  targets.scales.assign(first, first + whole.columns);
  return targets;
}

BlockRead ChipSimulator::block_read(int index, const MatrixRead& read, RandomKey columns) const {
  const Block& block = plan_.block(index);
  const BlockShape& shape = plan_.shape(index);
  const LayerParameters& layer = chip().network.parameters[static_cast<size_t>(block.node)];
  const RowCut& cut = chip().row_cuts.at(block.node);
  MatrixRead tile{{}, read.output_scales};
  for (const int row : shape.rows) {
    const auto from = read.conductances.begin() +
                      std::ptrdiff_t{cut.crossbar_row(row) - block.extent.row} * block.extent.columns;
    tile.conductances.insert(tile.conductances.end(), from, from + block.extent.columns);
  }
  const float calibrated = layer.split_ranges.empty()
                               ? layer.input_range
                               : layer.split_ranges[static_cast<size_t>(block.row_split)];
  HardwareConfig hardware = chip().network.hardware;
  const float range = effective_input_range(hardware, calibrated);
  if (!needs_vector_path(hardware)) return {shape, tile, range, layer.output_gain};
  for (float& scale : tile.output_scales) scale *= layer.output_gain;
  hardware.crossbar_rows = block.extent.rows;
  hardware.crossbar_columns = block.extent.columns;
  return {shape, FrozenMatrix(tile, block.extent.rows, block.extent.columns, hardware, {range}, columns)};
}

ChipSimulator::Programmed ChipSimulator::program(RandomKey key) const {
  Programmed programmed;
  programmed.simulator_ = this;
  programmed.key_ = key;
  for (int block = 0; block < static_cast<int>(chip().blocks.size()); ++block)
    programmed.matrices_.emplace_back(targets_of(block), chip().network.hardware, *model_,
                                      key.with("block", static_cast<std::uint64_t>(block)));
  return programmed;
}

std::vector<BlockRead> ChipSimulator::Programmed::read(double time_s, RandomKey key) const {
  std::vector<BlockRead> reads;
  for (size_t block = 0; block < matrices_.size(); ++block)
    reads.push_back(simulator_->block_read(static_cast<int>(block),
                                           matrices_[block].read(time_s, key.with("block", block)),
                                           key_.with("columns", block)));
  return reads;
}

std::vector<float> ChipSimulator::logits(const std::vector<BlockRead>& blocks, const float* images, int count,
                                         RandomKey key, std::uint32_t first) const {
  const Architecture& architecture = chip().network.architecture;
  const int walk = std::min(count, images_at_once(architecture));
  TimelineRun run(plan_, chip().pipelined, blocks, walk);
  std::vector<float> logits(static_cast<size_t>(count * architecture.outputs()));
  for (int i = 0; i < count; i += walk)
    run.run({images + i * architecture.input().size(), std::min(walk, count - i), key,
             first + static_cast<std::uint32_t>(i)},
            logits.data() + i * architecture.outputs());
  return logits;
}

Cost ChipSimulator::count_cost() const {
  std::vector<BlockRead> reads;
  for (int block = 0; block < static_cast<int>(chip().blocks.size()); ++block) {
    const ConductanceTargets targets = targets_of(block);
    reads.push_back(block_read(
        block, {std::vector<float>(targets.targets_us.front().size(), 0.0F), targets.scales}, RandomKey(0)));
  }
  const Architecture& architecture = chip().network.architecture;
  const std::vector<float> image(static_cast<size_t>(architecture.input().size()), 0.0F);
  std::vector<float> logits(static_cast<size_t>(architecture.outputs()));
  Tally pipeline(chip(), chip().pipelined), alone(chip(), chip().one_image);
  const TimelineRun::Batch batch{image.data(), 1, RandomKey(0), 0};
  TimelineRun(plan_, chip().pipelined, reads, 1, &pipeline).run(batch, logits.data());
  TimelineRun(plan_, chip().one_image, reads, 1, &alone).run(batch, logits.data());
  pipeline.check_links();
  Cost cost = pipeline.cost();
  cost.latency_s = alone.cost().latency_s;
  return cost;
}

}  // namespace mho
