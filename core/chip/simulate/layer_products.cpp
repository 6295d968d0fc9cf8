// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/layer_products.hpp"

#include <algorithm>

#include "core/nn/operators/recurrent_cell.hpp"
#include "core/nn/products/input_preparation.hpp"

namespace mho {

void LayerProducts::start(RandomKey key, std::uint32_t first_image) {
  key_ = key;
  first_image_ = first_image;
  cells_.clear();
}

/// The bias is added where the chain of partial sums begins, as the engine does.
BlockCall LayerProducts::call_of(int index) const {
  const Block& block = plan_.block(index);
  const auto& bias = plan_.chip().network.parameters[static_cast<size_t>(block.node)].bias;
  BlockCall call;
  call.images = memories_.images();
  call.first_image = first_image_;
  call.key = key_.with("block", static_cast<std::uint64_t>(index));
  call.accumulate = block.row_split > 0;
  if (!bias.empty() && !call.accumulate) call.bias = bias.data() + block.extent.column;
  return call;
}

void LayerProducts::run(int node) {
  prepared_count_ = 0;
  for (const int index : plan_.blocks_of(node)) {
    const Block& block = plan_.block(index);
    require_inputs(index);
    BlockCall call = call_of(index);
    call.x = inputs_of(index);
    call.y =
        memories_.make(plan_.block(plan_.chain_end(index)).core, node,
                       {block.extent.column, block.extent.columns}, {block.first_product, block.products}) +
        block.extent.column;
    blocks_[static_cast<size_t>(index)].forward(call, scratch_);
  }
}

/// All that the block's windows reach, tap by tap and row by row.
void LayerProducts::require_inputs(int index) const {
  const Block& block = plan_.block(index);
  const int source = plan_.node(block.node).inputs.front();
  if (memories_.has_all(block.core, source)) return;
  const BlockShape& shape = plan_.shape(index);
  const ConvolutionGeometry& g = shape.geometry();
  for (const TapRows& rows : shape.taps)
    for (std::int64_t pixel = shape.first_product; pixel < shape.first_product + shape.products; ++pixel) {
      const std::int64_t from = input_pixel(g, pixel, rows.tap);
      if (from >= 0)
        memories_.require_numbers(block.core, source, from * g.input.channels + rows.channel, rows.count);
    }
}

const float* LayerProducts::inputs_of(int index) {
  const Block& block = plan_.block(index);
  const BlockRead& read = blocks_[static_cast<size_t>(index)];
  const float* x = memories_.find(block.core, plan_.node(block.node).inputs.front());
  if (!read.wants_prepared()) return x;
  for (size_t i = 0; i < prepared_count_; ++i)
    if (prepared_[i].core == block.core && prepared_[i].range == read.input_range()) return prepared_[i].x;
  if (prepared_.size() == prepared_count_) prepared_.emplace_back();
  Prepared& to = prepared_[prepared_count_++];
  to.core = block.core;
  to.range = read.input_range();
  to.x = prepare(plan_.crossbars(block.node), x, to.range, to.values);
  return to.x;
}

const float* LayerProducts::prepare(const CrossbarLayer& layer, const float* x, float range,
                                    FloatBuffer& to) const {
  const ConvolutionGeometry& g = layer.layout.geometry();
  if (!layer.settings.converts(range) && !g.is_padded()) return x;
  static const MatrixOperand plain;
  const InputPreparation preparation(layer.layout, layer.settings);
  const std::int64_t size = std::int64_t{1} * g.padded_height() * g.padded_width() * g.input.channels;
  const auto floats = static_cast<size_t>(memories_.images() * size) + kernel_slack();
  if (to.size() < floats) to.resize(floats);
  for (int i = 0; i < memories_.images(); ++i)
    preparation.prepare_input({plain, x + i * g.input.size(), 1, to.data() + i * size}, range);
  return to.data();
}

void LayerProducts::run_step(int node, std::int64_t step) {
  for (const int index : plan_.blocks_of(node)) {
    BlockCall call = call_of(index);
    call.x = gather_step(index, step);
    FloatBuffer& gates = gates_[plan_.chain_end(index)];
    gates.resize(static_cast<size_t>(std::int64_t{call.images} * plan_.shape(index).columns) +
                 kernel_slack());
    call.y = gates.data();
    blocks_[static_cast<size_t>(index)].step(call, step, scratch_);
  }
  for (const int index : plan_.blocks_of(node))
    if (plan_.chain_end(index) == index) update_cells(index, step);
}

/// What a recurrent layer's block reads at one step: inputs, then states of the step before.
const float* LayerProducts::gather_step(int index, std::int64_t step) {
  const Block& block = plan_.block(index);
  const int source = plan_.node(block.node).inputs.front(), images = memories_.images();
  const std::int64_t rows = block.extent.rows;
  vectors_.resize(static_cast<size_t>(images * rows) + kernel_slack());
  float* to = vectors_.data();
  for (const TapRows& some : plan_.shape(index).taps) {
    const int from = some.tap == 0 ? source : block.node;
    const Shape& shape = plan_.node(from).shape;
    const std::int64_t first = (step - some.tap) * shape.channels + some.channel;
    const bool begins = some.tap > 0 && step == 0;  // sequences begin with states of zero
    const float* x = begins ? nullptr : memories_.require_numbers(block.core, from, first, some.count);
    for (int i = 0; i < images; ++i)
      if (begins)
        std::fill_n(to + i * rows, some.count, 0.0F);
      else
        std::copy_n(x + i * shape.size() + first, some.count, to + i * rows);
    to += some.count;
  }
  return vectors_.data();
}

/// The units whose columns a block at a chain's end holds.
void LayerProducts::update_cells(int index, std::int64_t step) {
  const Block& block = plan_.block(index);
  const Node& node = plan_.node(block.node);
  const RecurrentCell& cell = *node.running.cell;
  const int units = block.extent.columns / cell.blocks(), first = block.extent.column / cell.blocks();
  const auto size = static_cast<size_t>(units);
  FloatBuffer& cells = cells_[index];
  cells.resize(static_cast<size_t>(memories_.images()) * 2 * size + kernel_slack(), 0.0F);
  no_state_.assign(std::max(no_state_.size(), size), 0.0F);
  float* states =
      memories_.make(block.core, block.node, {first, units}, {step, 1}) + step * node.shape.channels + first;
  float* gates = gates_.at(index).data();
  float* before = cells.data();
  for (int i = 0; i < memories_.images(); ++i) {
    float* after = before + units;
    std::copy_n(after, units, before);
    cell.forward(
        {size, gates, step > 0 ? states - node.shape.channels : no_state_.data(), before, states, after});
    states += node.shape.size();
    gates += block.extent.columns;
    before += 2 * units;
  }
}

}  // namespace mho
