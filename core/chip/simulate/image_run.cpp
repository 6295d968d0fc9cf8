// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/image_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/chip/simulate/tally.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "core/nn/operators/recurrent_cell.hpp"

namespace mho {
namespace {

size_t index_of(std::int64_t value) { return static_cast<size_t>(value); }

bool has_nan(const float* values, std::int64_t count) {
  bool found = false;
  for (std::int64_t i = 0; i < count; ++i) found = found || std::isnan(values[i]);
  return found;
}

/// The pixel that a tap of an output pixel's window reads; -1: padding.
std::int64_t input_pixel(const Window& window, const Shape& input, const Shape& output, std::int64_t pixel,
                         int tap) {
  const auto h = pixel / output.width * window.stride_height - window.padding.top + tap / window.width;
  const auto w = pixel % output.width * window.stride_width - window.padding.left + tap % window.width;
  return h < 0 || h >= input.height || w < 0 || w >= input.width ? -1 : h * input.width + w;
}

}  // namespace

ImageRun::ImageRun(const ExportedChip& chip, const Timeline& timeline, const std::vector<BlockRead>& blocks,
                   RandomKey key, std::uint32_t index, Tally* tally)
    : chip_(chip),
      timeline_(timeline),
      blocks_(blocks),
      key_(key),
      index_(index),
      tally_(tally),
      nodes_(chip.network.architecture.nodes()),
      memories_(chip.network.architecture, chip.chip.cores(), chip.folder.string()),
      digital_(chip, memories_, tally),
      group_members_(chip.blocks.size()),
      products_done_(chip.blocks.size(), 0),
      sums_(chip.blocks.size()),
      begun_(nodes_.size(), 0),
      done_(nodes_.size(), -1),
      readers_left_(nodes_.size(), 0) {
  collect_layers();
}

void ImageRun::collect_layers() {
  for (size_t i = 0; i < chip_.blocks.size(); ++i) {
    const Block& block = chip_.blocks[i];
    Layer& layer = layers_[block.node];
    layer.blocks.push_back(static_cast<int>(i));
    layer.products_left += block.products;
    group_members_[static_cast<size_t>(block.group)].push_back(static_cast<int>(i));
    sums_[i].resize(index_of(block.products * block.extent.columns) + kernel_slack());
  }
  for (const Node& node : nodes_)
    for (const int input : node.inputs) ++readers_left_[static_cast<size_t>(input)];
}

std::vector<float> ImageRun::run(const float* image) {
  std::copy_n(image, nodes_.front().shape.size(), memories_.open(off_chip, 0));
  run_ready_digital_layers();
  for (const Step& step : timeline_.steps) {
    run_step(step);
    run_ready_digital_layers();
  }
  const int loss = static_cast<int>(nodes_.size()) - 1;
  for (int node = 0; node <= loss; ++node)
    if (!is_complete(node))
      throw DataError(fmt::format("{}: expected products that complete layer '{}', found too few",
                                  chip_.file("schedule.json"), node_at(node).name));
  const int scores = node_at(loss).inputs.front();
  const Shape& shape = node_at(scores).shape;
  const float* logits = memories_.require(off_chip, scores, {0, shape.channels}, {0, shape.height});
  return {logits, logits + shape.size()};
}

/// Node order is topological: one pass completes all that can be.
void ImageRun::run_ready_digital_layers() {
  for (int node = 0; node < static_cast<int>(nodes_.size()); ++node) {
    if (is_complete(node) || layers_.contains(node)) continue;
    const auto& inputs = node_at(node).inputs;
    if (!std::all_of(inputs.begin(), inputs.end(), [this](int input) { return is_complete(input); }))
      continue;
    bring_inputs(node);
    digital_.run(node);
    std::int64_t begun = 0, done = 0;
    for (const int input : inputs) {
      begun = std::max(begun, begun_[static_cast<size_t>(input)]);
      done = std::max(done, done_[static_cast<size_t>(input)]);
    }
    complete(node, begun, done);
  }
}

void ImageRun::complete(int node, std::int64_t begun, std::int64_t done) {
  begun_[static_cast<size_t>(node)] = begun;
  done_[static_cast<size_t>(node)] = done;
  if (tally_) tally_->finish(node, begun, done);
  const int loss = static_cast<int>(nodes_.size()) - 1;
  for (const int input : node_at(node).inputs)
    if (--readers_left_[static_cast<size_t>(input)] == 0 && node != loss) memories_.forget(input);
}

/// What links.json sends for this layer, but for partial sums.
void ImageRun::bring_inputs(int node) {
  for (const ExportedLink& entry : chip_.links) {
    if (entry.link.node != node || entry.link.kind == LinkKind::partial_sum ||
        entry.link.kind == LinkKind::state)
      continue;
    for (const LinkPart& part : entry.parts) {
      const auto numbers = memories_.move(entry.link.from_core, entry.link.to_core, part);
      if (tally_) tally_->send(node, entry.link.kind, entry.link.from_core, entry.link.to_core, numbers);
    }
  }
}

void ImageRun::run_step(const Step& step) {
  Layer& layer = layers_.at(step.node);
  const int input = node_at(step.node).inputs.front();
  if (!is_complete(input) || step.start < done_[static_cast<size_t>(input)])
    throw DataError(fmt::format("{}: layer '{}' starts at tick {}, before its input is complete",
                                chip_.file("schedule.json"), node_at(step.node).name, step.start));
  const bool fresh = layer.done == 0;
  if (fresh) {
    layer.begun = step.start;
    bring_inputs(step.node);
  }
  fire(step, layer);
  if (node_at(step.node).running.cell)
    run_recurrent_step(step, layer);
  else
    for (const int member : group_members_[static_cast<size_t>(step.block)]) {
      const std::int64_t all = chip_.blocks[static_cast<size_t>(member)].products;
      const std::int64_t count = std::min(step.products, all - step.first_product);
      if (count <= 0) continue;
      run_products(member, step.first_product, count);
      layer.products_left -= count;
    }
  if (layer.products_left == 0) finish_layer(step.node);
}

/// Products come in their order, and keep the core busy.
void ImageRun::fire(const Step& step, Layer& layer) {
  std::int64_t& done = products_done_[static_cast<size_t>(step.block)];
  if (step.first_product != done)
    throw DataError(fmt::format("{}: block {}: expected product {} next, found {}",
                                chip_.file("schedule.json"), step.block, done, step.first_product));
  done += step.products;
  layer.done = std::max(layer.done, step.finish);
  if (tally_) tally_->fire(step);
}

/// One product of a recurrent layer's block; with those of its last block the states of the step are made.
void ImageRun::run_recurrent_step(const Step& step, Layer& layer) {
  const bool in_turn = step.products == 1 && step.first_product == layer.step && step.start >= layer.ready;
  if (!in_turn)
    throw DataError(
        fmt::format("{}: layer '{}': expected one product a step, from tick {} on for step {}, found {} from "
                    "product {} at "
                    "tick {}",
                    chip_.file("schedule.json"), node_at(step.node).name, layer.ready, layer.step,
                    step.products, step.first_product, step.start));
  if (layer.blocks_left == 0) layer.blocks_left = layer.blocks.size();
  run_products(step.block, step.first_product, 1);
  --layer.products_left;
  if (--layer.blocks_left == 0) make_states(step.node, layer);
}

void ImageRun::make_states(int node, Layer& layer) {
  std::int64_t travelled = 0;
  for (const auto& [end, ticks] : add_partial_sums(node, layer.blocks, layer.step, 1)) {
    update_cells(end, layer.step, layer.cells[end]);
    travelled = std::max(travelled, ticks);
  }
  layer.ready = layer.done += travelled;
  send_states(node, layer.step++);
}

/// The units whose columns a block at a chain's end holds.
void ImageRun::update_cells(int index, std::int64_t step, FloatBuffer& cells) {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const RecurrentCell& cell = *node_at(block.node).running.cell;
  const auto units = static_cast<size_t>(block.extent.columns / cell.blocks());
  const std::int64_t channels = node_at(block.node).shape.channels;
  cells.resize(3 * units, 0.0f);  // before, after, and the state before a first step
  float* states =
      memories_.open(block.core, block.node) + step * channels + block.extent.column / cell.blocks();
  float* gates = sums_[static_cast<size_t>(index)].data() + step * block.extent.columns;
  std::copy_n(cells.data() + units, units, cells.data());
  cell.forward({units, gates, step > 0 ? states - channels : cells.data() + 2 * units, cells.data(), states,
                cells.data() + units});
}

void ImageRun::send_states(int node, std::int64_t step) {
  for (const ExportedLink& entry : chip_.links) {
    if (entry.link.node != node || entry.link.kind != LinkKind::state) continue;
    for (const LinkPart& part : entry.parts) {
      if (step < part.pixels.first || step >= part.pixels.last()) continue;
      const auto numbers =
          memories_.move(entry.link.from_core, entry.link.to_core, {part.source, part.channels, {step, 1}});
      if (tally_) tally_->send(node, LinkKind::state, entry.link.from_core, entry.link.to_core, numbers);
    }
  }
}

/// The bias is added where the chain of partial sums begins, as the engine does. What the tile draws for a
/// product of an image depends on (key, block, image, product).
void ImageRun::run_products(int index, std::int64_t first, std::int64_t count) {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const int columns = block.extent.columns;
  if (node_at(block.node).running.cell)
    gather_step(index, first, inputs_);
  else
    gather(index, first, count, inputs_);
  float* sums = sums_[static_cast<size_t>(index)].data() + first * columns;
  const RandomKey key = key_.with("block", static_cast<std::uint64_t>(index)).with("image", index_);
  blocks_[static_cast<size_t>(index)].tile.forward(inputs_.data(), static_cast<int>(count), key,
                                                   static_cast<std::uint64_t>(first), sums);
  const auto& bias = chip_.network.parameters[static_cast<size_t>(block.node)].bias;
  if (bias.empty() || block.row_split > 0) return;
  for (std::int64_t product = 0; product < count; ++product)
    for (int c = 0; c < columns; ++c)
      sums[product * columns + c] += bias[static_cast<size_t>(block.extent.column + c)];
}

/// The input vectors of products [first, first + count) of a block, from its core's memory, in the order of
/// the tile's rows.
void ImageRun::gather(int index, std::int64_t first, std::int64_t count, FloatBuffer& x) const {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const int source = node_at(block.node).inputs.front();
  const float* memory = memories_.find(block.core, source);
  if (memory == nullptr) memories_.fail(block.core, source);
  const Shape input = node_at(source).shape, output = node_at(block.node).shape;
  const OnChip& layer = node_at(block.node).on_chip;
  const int channels = layer.flattens ? static_cast<int>(input.size()) : input.channels;
  const std::vector<int>& rows = *blocks_[static_cast<size_t>(index)].rows;
  x.assign(index_of(count * std::ssize(rows)) + kernel_slack(), 0.0F);
  float* to = x.data();
  for (std::int64_t product = 0; product < count; ++product) {
    const std::int64_t pixel = block.first_product + first + product;
    for (size_t r = 0; r < rows.size();) {  // rows of one tap that follow each other are one copy
      const int tap = rows[r] / channels, channel = rows[r] % channels;
      size_t end = r + 1;
      while (end < rows.size() && rows[end] == rows[end - 1] + 1 && rows[end] / channels == tap) ++end;
      const std::int64_t from = layer.flattens ? 0 : input_pixel(layer.window, input, output, pixel, tap);
      if (from >= 0) std::copy_n(memory + from * channels + channel, end - r, to);
      to += end - r;
      r = end;
    }
  }
  if (has_nan(x.data(), count * std::ssize(rows))) memories_.fail(block.core, source);
}

/// What a recurrent layer's block reads at one step: inputs, then states of the step before.
void ImageRun::gather_step(int index, std::int64_t step, FloatBuffer& x) const {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const int source = node_at(block.node).inputs.front();
  const int inputs = node_at(source).shape.channels;
  const std::int64_t units = node_at(block.node).shape.channels;
  const float* memory = memories_.find(block.core, source);
  const float* states = step > 0 ? memories_.find(block.core, block.node) : nullptr;
  const std::vector<int>& rows = *blocks_[static_cast<size_t>(index)].rows;
  x.assign(rows.size() + kernel_slack(), 0.0F);
  for (size_t r = 0; r < rows.size(); ++r) {
    const bool is_input = rows[r] < inputs;
    const float* from = is_input ? memory : states;
    if (!is_input && step == 0) continue;  // sequences begin with states of zero
    if (from == nullptr) memories_.fail(block.core, is_input ? source : block.node);
    x[r] = is_input ? from[step * inputs + rows[r]] : from[(step - 1) * units + rows[r] - inputs];
    if (std::isnan(x[r])) memories_.fail(block.core, is_input ? source : block.node);
  }
}

void ImageRun::finish_layer(int node) {
  const Layer& layer = layers_.at(node);
  std::int64_t ticks = 0;
  if (!node_at(node).running.cell)  // else the steps have done it
    for (const auto& [end, own] : add_partial_sums(node, layer.blocks, 0, -1)) {
      keep_outputs(end);
      ticks = std::max(ticks, own);
    }
  if (tally_) {
    tally_->work(node_at(node).on_chip.work * node_at(node).shape.size());
    tally_->read_waiting(node_at(node).inputs.front(), node);
  }
  complete(node, layer.begun, layer.done + ticks);
}

std::map<int, std::int64_t> ImageRun::add_partial_sums(int node, const std::vector<int>& blocks,
                                                       std::int64_t first, std::int64_t count) {
  std::map<int, std::int64_t> changes;  // of core, by block at the chain's end
  for (const int index : blocks) {
    const Block& block = chip_.blocks[static_cast<size_t>(index)];
    const int source = chip_.partial_sums_from[static_cast<size_t>(index)];
    std::int64_t& own = changes[index];
    if (source < 0) continue;
    const Block& before = chip_.blocks[static_cast<size_t>(source)];
    const std::int64_t columns = block.extent.columns;
    const std::int64_t numbers = (count < 0 ? block.products : count) * columns;
    kernels().add(sums_[static_cast<size_t>(source)].data() + first * columns, index_of(numbers),
                  sums_[static_cast<size_t>(index)].data() + first * columns);
    own = changes.at(source) + (before.core != block.core ? 1 : 0);
    changes.erase(source);
    if (tally_) {
      tally_->work(numbers);
      tally_->send(node, LinkKind::partial_sum, before.core, block.core, numbers);
    }
  }
  return changes;
}

void ImageRun::keep_outputs(int index) {
  const Block& block = chip_.blocks[static_cast<size_t>(index)];
  const FloatBuffer& sums = sums_[static_cast<size_t>(index)];
  const int channels = node_at(block.node).shape.channels, columns = block.extent.columns;
  float* memory = memories_.open(block.core, block.node);
  for (std::int64_t product = 0; product < block.products; ++product)
    std::copy_n(sums.data() + product * columns, columns,
                memory + (block.first_product + product) * channels + block.extent.column);
}

}  // namespace mho
