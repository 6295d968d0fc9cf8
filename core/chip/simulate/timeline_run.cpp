// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/timeline_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/chip/simulate/tally.hpp"

namespace mho {

TimelineRun::TimelineRun(const ChipPlan& plan, const Timeline& timeline, const std::vector<BlockRead>& blocks,
                         int most_images, Tally* tally)
    : plan_(plan),
      timeline_(timeline),
      tally_(tally),
      memories_(plan.chip().network.architecture, plan.chip().chip.cores(), plan.chip().folder.string(),
                most_images),
      digital_(plan, memories_, tally),
      products_(plan, blocks, memories_) {}

void TimelineRun::start(const Batch& batch) {
  const size_t nodes = plan_.nodes().size();
  memories_.start(batch.count);
  products_.start(batch.key, batch.first);
  layers_.assign(nodes, {});
  products_done_.assign(plan_.chip().blocks.size(), 0);
  begun_.assign(nodes, 0);
  done_.assign(nodes, -1);
  readers_left_.assign(nodes, 0);
  for (const Block& block : plan_.chip().blocks)
    layers_[static_cast<size_t>(block.node)].products_left += block.products;
  for (const Node& node : plan_.nodes())
    for (const int input : node.inputs) ++readers_left_[static_cast<size_t>(input)];
  const Shape& input = node_at(0).shape;
  std::copy_n(
      batch.images, batch.count * input.size(),
      memories_.make(off_chip, 0, {0, input.channels}, {0, std::int64_t{1} * input.height * input.width}));
}

void TimelineRun::run(const Batch& batch, float* logits) {
  start(batch);
  run_ready_digital_layers();
  for (const Step& step : timeline_.steps)
    if (run_step(step)) run_ready_digital_layers();
  for (int node = 0; node < static_cast<int>(plan_.nodes().size()); ++node)
    if (!is_complete(node))
      throw DataError(fmt::format("{}: expected products that complete layer '{}', found too few",
                                  schedule_file(), node_at(node).name));
  take_logits(batch.count, logits);
}

void TimelineRun::take_logits(int count, float* logits) {
  const int scores = plan_.nodes().back().inputs.front();
  const Shape& shape = node_at(scores).shape;
  std::copy_n(memories_.require(off_chip, scores, {0, shape.channels}, {0, shape.height}),
              count * shape.size(), logits);
}

/// Node order is topological: one pass completes all that can be.
void TimelineRun::run_ready_digital_layers() {
  for (int node = 0; node < static_cast<int>(plan_.nodes().size()); ++node) {
    if (is_complete(node) || is_on_crossbars(node)) continue;
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

void TimelineRun::complete(int node, std::int64_t begun, std::int64_t done) {
  begun_[static_cast<size_t>(node)] = begun;
  done_[static_cast<size_t>(node)] = done;
  if (tally_) tally_->finish(node, begun, done);
  const int loss = static_cast<int>(plan_.nodes().size()) - 1;
  for (const int input : node_at(node).inputs)
    if (--readers_left_[static_cast<size_t>(input)] == 0 && node != loss) memories_.forget(input);
}

/// What links.json sends for this layer, but for partial sums.
void TimelineRun::bring_inputs(int node) {
  for (const ExportedLink* entry : plan_.links_for(node)) {
    const Link& link = entry->link;
    if (link.kind == LinkKind::partial_sum || link.kind == LinkKind::state) continue;
    for (const LinkPart& part : entry->parts) {
      const auto numbers = memories_.move(link.from_core, link.to_core, part);
      if (tally_) tally_->send(node, link.kind, link.from_core, link.to_core, numbers);
    }
  }
}

bool TimelineRun::run_step(const Step& step) {
  Layer& layer = layers_[static_cast<size_t>(step.node)];
  const int input = node_at(step.node).inputs.front();
  if (!is_complete(input) || step.start < done_[static_cast<size_t>(input)])
    throw DataError(fmt::format("{}: layer '{}' starts at tick {}, before its input is complete",
                                schedule_file(), node_at(step.node).name, step.start));
  if (layer.done == 0) {
    layer.begun = step.start;
    bring_inputs(step.node);
  }
  fire(step, layer);
  if (node_at(step.node).running.cell)
    run_recurrent_step(step, layer);
  else
    for (const int member : plan_.group(step.block)) {
      const std::int64_t all = plan_.block(member).products;
      layer.products_left -= std::clamp<std::int64_t>(all - step.first_product, 0, step.products);
    }
  if (layer.products_left != 0) return false;
  finish_layer(step.node);
  return true;
}

/// Products come in their order, and keep the core busy.
void TimelineRun::fire(const Step& step, Layer& layer) {
  std::int64_t& done = products_done_[static_cast<size_t>(step.block)];
  if (step.first_product != done)
    throw DataError(fmt::format("{}: block {}: expected product {} next, found {}", schedule_file(),
                                step.block, done, step.first_product));
  done += step.products;
  layer.done = std::max(layer.done, step.finish);
  if (tally_) tally_->fire(step);
}

/// One product of a recurrent layer's block; with those of its last block the states of the step are made.
void TimelineRun::run_recurrent_step(const Step& step, Layer& layer) {
  const bool in_turn = step.products == 1 && step.first_product == layer.step && step.start >= layer.ready;
  if (!in_turn)
    throw DataError(
        fmt::format("{}: layer '{}': expected one product a step, from tick {} on for step {}, found {} from "
                    "product {} at "
                    "tick {}",
                    schedule_file(), node_at(step.node).name, layer.ready, layer.step, step.products,
                    step.first_product, step.start));
  if (layer.blocks_left == 0) layer.blocks_left = plan_.blocks_of(step.node).size();
  --layer.products_left;
  if (--layer.blocks_left > 0) return;
  products_.run_step(step.node, layer.step);
  layer.ready = layer.done += send_partial_sums(step.node, 1);
  send_states(step.node, layer.step++);
}

void TimelineRun::send_states(int node, std::int64_t step) {
  for (const ExportedLink* entry : plan_.links_for(node)) {
    const Link& link = entry->link;
    if (link.kind != LinkKind::state) continue;
    for (const LinkPart& part : entry->parts) {
      if (step < part.pixels.first || step >= part.pixels.last()) continue;
      const auto numbers =
          memories_.move(link.from_core, link.to_core, {part.source, part.channels, {step, 1}});
      if (tally_) tally_->send(node, LinkKind::state, link.from_core, link.to_core, numbers);
    }
  }
}

void TimelineRun::finish_layer(int node) {
  const Layer& layer = layers_[static_cast<size_t>(node)];
  std::int64_t ticks = 0;
  if (!node_at(node).running.cell) {  // else the steps have done it
    products_.run(node);
    ticks = send_partial_sums(node, -1);
  }
  if (tally_) {
    tally_->work(node_at(node).on_chip.work * node_at(node).shape.size());
    tally_->read_waiting(node_at(node).inputs.front(), node);
  }
  complete(node, layer.begun, layer.done + ticks);
}

std::int64_t TimelineRun::send_partial_sums(int node, std::int64_t count) {
  std::map<int, std::int64_t> changes;  // of core on the way to a block
  std::int64_t most = 0;
  for (const int index : plan_.blocks_of(node)) {
    const Block& block = plan_.block(index);
    const int source = plan_.chip().partial_sums_from[static_cast<size_t>(index)];
    std::int64_t& own = changes[index];
    if (source < 0) continue;
    const Block& before = plan_.block(source);
    own = changes.at(source) + (before.core != block.core ? 1 : 0);
    most = std::max(most, own);
    if (!tally_) continue;
    const std::int64_t numbers = (count < 0 ? block.products : count) * block.extent.columns;
    tally_->work(numbers);
    tally_->send(node, LinkKind::partial_sum, before.core, block.core, numbers);
  }
  return most;
}

}  // namespace mho
