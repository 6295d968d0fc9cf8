// SPDX-License-Identifier: Apache-2.0
#include "core/chip/mapping/links.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "core/chip/mapping/output_homes.hpp"
#include "core/nn/operators/recurrent_cell.hpp"

namespace mho {
namespace {

class LinkFinder {
 public:
  LinkFinder(const Architecture& architecture, const ChipConfig& chip, const std::vector<Block>& blocks,
             bool with_parts)
      : nodes_(architecture.nodes()), chip_(chip), homes_(nodes_.size()), with_parts_(with_parts) {
    size_t first = 0;
    for (int node = 0; node < static_cast<int>(nodes_.size()); ++node) {
      size_t last = first;
      while (last < blocks.size() && blocks[last].node == node) ++last;
      if (last > first)
        visit_crossbars(node, {blocks.data() + first, last - first});
      else
        visit_digital(node);
      first = last;
    }
  }

  std::vector<Link> links() {
    std::sort(sent_.begin(), sent_.end(), before);
    std::vector<Link> links;
    const LinkGraph graph(chip_);
    for (const Link& link : sent_) {
      if (!links.empty() && !before(links.back(), link)) {
        links.back().bits += link.bits;
        continue;
      }
      links.push_back(link);
      links.back().hops = graph.hops(link.from_core, link.to_core);
    }
    return links;
  }

  DataFlow data_flow() {
    std::vector<size_t> order(sent_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [this](size_t a, size_t b) { return before(sent_[a], sent_[b]); });
    DataFlow flow;
    for (size_t i = 0; i < order.size(); ++i) {
      const size_t own = order[i];
      if (i == 0 || before(sent_[order[i - 1]], sent_[own])) flow.parts.emplace_back();
      if (sent_[own].kind != LinkKind::partial_sum) append(flow.parts.back(), parts_[own]);
    }
    flow.links = links();
    flow.homes = std::move(homes_);
    return flow;
  }

 private:
  static bool before(const Link& a, const Link& b) {
    return std::tie(a.node, a.kind, a.from_core, a.to_core) <
           std::tie(b.node, b.kind, b.from_core, b.to_core);
  }

  const Node& node_at(int index) const { return nodes_[static_cast<size_t>(index)]; }
  Homes& homes_of(int index) { return homes_[static_cast<size_t>(index)]; }

  void send(int node, LinkKind kind, int from, int to, std::int64_t bits, const LinkPart& part = {}) {
    if (from == to || bits == 0) return;
    sent_.push_back({node, kind, from, to, bits, 0});
    if (with_parts_) parts_.push_back(part);
  }

  /// Adds a part, as one with the part before where it carries on with the same channels.
  static void append(std::vector<LinkPart>& parts, const LinkPart& part) {
    if (!parts.empty() && parts.back().source == part.source &&
        parts.back().channels.first == part.channels.first &&
        parts.back().channels.count == part.channels.count && parts.back().pixels.last() == part.pixels.first)
      parts.back().pixels.count += part.pixels.count;
    else
      parts.push_back(part);
  }

  /// Sends these channels of these pixels of `source` to a core.
  void send_part(int node, LinkKind kind, int source, const Range& channels, const Range& pixels, int core) {
    for (const Home& home : homes_of(source)) {
      const LinkPart part{source, overlap(home.channels, channels), overlap(home.pixels, pixels)};
      send(node, kind, home.core, core, part.channels.count * part.pixels.count * chip_.activation_bits,
           part);
    }
  }

  void visit_crossbars(int node, std::span<const Block> blocks) {
    send_inputs(node, blocks);
    std::map<std::pair<int, int>, const Block*> chains;  // by (replica, first column): the row split before
    for (const Block& block : blocks) {
      const Block*& previous = chains[{block.replica, block.extent.column}];
      if (previous != nullptr)
        send(node, LinkKind::partial_sum, previous->core, block.core,
             block.extent.columns * block.products * chip_.partial_sum_bits);
      previous = &block;
    }
    const RecurrentCell* cell = node_at(node).running.cell;
    const int columns = cell ? cell->blocks() : 1;  // of a unit
    for (const auto& [chain, block] : chains)
      homes_of(node).push_back({{block->extent.column / columns, block->extent.columns / columns},
                                {block->first_product, block->products},
                                block->core});
    if (cell) send_states(node, blocks);
  }

  /// What the blocks of a core read of their own layer's states, once for all of them.
  void send_states(int node, std::span<const Block> blocks) {
    std::map<int, std::vector<Range>> read;  // by core
    for (const Block& block : blocks)
      if (block.states > 0) read[block.core].push_back({block.first_state, block.states});
    for (auto& [core, ranges] : read)
      for (const Range& units : joined(std::move(ranges)))
        send_part(node, LinkKind::state, node, units, {0, node_at(node).shape.height - 1}, core);
  }

  /// What the blocks of one replica on one core read, once for all of them.
  void send_inputs(int node, std::span<const Block> blocks) {
    std::vector<const Block*> sorted;
    for (const Block& block : blocks) sorted.push_back(&block);
    const auto key = [](const Block* block) { return std::pair(block->core, block->replica); };
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Block* a, const Block* b) { return key(a) < key(b); });
    for (size_t first = 0; first < sorted.size();) {
      size_t last = first;
      while (last < sorted.size() && key(sorted[last]) == key(sorted[first])) ++last;
      send_to_core(node, {sorted.data() + first, last - first});
      first = last;
    }
  }

  void send_to_core(int node, std::span<const Block* const> blocks) {
    const int source = node_at(node).inputs.front();
    const Shape& input = node_at(source).shape;
    const bool dense = node_at(node).on_chip.flattens;
    const int units = dense ? static_cast<int>(input.size()) : input.channels;
    const Block& one = *blocks.front();
    for (const Range& needed : union_of(blocks, units))
      if (dense)
        send_numbers(node, source, needed, one.core);
      else
        send_part(node, LinkKind::activation, source, needed,
                  needed_pixels(node_at(node).on_chip.window, input, node_at(node).shape,
                                {one.first_product, one.products}),
                  one.core);
  }

  /// Numbers of a flattened image, channels innermost.
  void send_numbers(int node, int source, const Range& numbers, int core) {
    const std::int64_t channels = node_at(source).shape.channels;
    for (std::int64_t pixel = numbers.first / channels; pixel * channels < numbers.last(); ++pixel) {
      const Range part = overlap(numbers, {pixel * channels, channels});
      send_part(node, LinkKind::activation, source, {part.first - pixel * channels, part.count}, {pixel, 1},
                core);
    }
  }

  /// The inputs of the blocks as ranges that do not overlap.
  static std::vector<Range> union_of(std::span<const Block* const> blocks, int units) {
    std::vector<Range> ranges;
    for (const Block* block : blocks) {
      const int straight = std::min(block->inputs, units - block->first_input);
      if (straight > 0) ranges.push_back({block->first_input, straight});
      if (straight < block->inputs) ranges.push_back({0, block->inputs - straight});
    }
    return joined(std::move(ranges));
  }

  static std::vector<Range> joined(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
    std::vector<Range> joined;
    for (const Range& range : ranges)
      if (!joined.empty() && range.first <= joined.back().last())
        joined.back().count = std::max(joined.back().last(), range.last()) - joined.back().first;
      else
        joined.push_back(range);
    return joined;
  }

  void visit_digital(int node) {
    const Node& here = node_at(node);
    const Range channels{0, here.shape.channels};
    if (here.inputs.empty()) {
      homes_of(node) = {{channels, {0, std::int64_t{1} * here.shape.height * here.shape.width}, off_chip}};
    } else if (here.on_chip.place == OnChip::Place::elementwise && here.inputs.size() > 1) {
      visit_sum(node);
    } else if (here.on_chip.place == OnChip::Place::concat) {
      visit_concat(node);
    } else if (here.on_chip.place == OnChip::Place::digital_matrix) {
      visit_digital_matrix(node);
    } else if (here.on_chip.place == OnChip::Place::outside) {
      const Range steps{0, here.shape.height};
      homes_of(node) = {{channels, steps, off_chip}};
      send_part(node, LinkKind::activation, here.inputs.front(), channels, steps, off_chip);
    } else {
      visit_in_place(node);
    }
  }

  /// Beside the cores, which send it all of its input.
  void visit_digital_matrix(int node) {
    const auto all_of = [](const Shape& shape) {
      return Range{0, std::int64_t{1} * shape.height * shape.width};
    };
    const int source = node_at(node).inputs.front();
    const Shape &input = node_at(source).shape, &output = node_at(node).shape;
    send_part(node, LinkKind::activation, source, {0, input.channels}, all_of(input), off_chip);
    homes_of(node) = {{{0, output.channels}, all_of(output), off_chip}};
  }

  void visit_in_place(int node) {
    const Node& here = node_at(node);
    const int source = here.inputs.front();
    const Shape& input = node_at(source).shape;
    const Window& window = here.on_chip.window;
    homes_of(node) = homes_in_place(homes_of(source), window, input, here.shape);
    for (const Home& home : homes_of(node)) {
      const Range channels{home.channels.first * input.channels / here.shape.channels,
                           home.channels.count * input.channels / here.shape.channels};
      send_part(node, LinkKind::activation, source, channels,
                needed_pixels(window, input, here.shape, home.pixels), home.core);
    }
  }

  /// Layers of several inputs, where the latest lies.
  void visit_sum(int node) {
    const std::vector<int>& inputs = node_at(node).inputs;
    const int latest = *std::max_element(inputs.begin(), inputs.end());
    homes_of(node) = homes_of(latest);
    for (const int input : inputs)
      if (input != latest)
        for (const Home& home : homes_of(latest))
          send_part(node, LinkKind::skip, input, home.channels, home.pixels, home.core);
  }

  void visit_concat(int node) {
    std::int64_t channels = 0;
    for (const int input : node_at(node).inputs) {
      for (Home home : homes_of(input)) {
        home.channels.first += channels;
        homes_of(node).push_back(home);
      }
      channels += node_at(input).shape.channels;
    }
  }

  const std::vector<Node>& nodes_;
  const ChipConfig& chip_;
  std::vector<Homes> homes_;
  bool with_parts_;
  std::vector<Link> sent_;
  std::vector<LinkPart> parts_;  ///< of each of sent_, where asked for
};

}  // namespace

std::string to_string(LinkKind kind) {
  if (kind == LinkKind::activation) return "activation";
  if (kind == LinkKind::state) return "state";
  return kind == LinkKind::partial_sum ? "partial_sum" : "skip";
}

std::vector<Link> find_links(const Architecture& architecture, const ChipConfig& chip,
                             const std::vector<Block>& blocks) {
  return LinkFinder(architecture, chip, blocks, false).links();
}

DataFlow find_data_flow(const Architecture& architecture, const ChipConfig& chip,
                        const std::vector<Block>& blocks) {
  return LinkFinder(architecture, chip, blocks, true).data_flow();
}

}  // namespace mho
