// SPDX-License-Identifier: Apache-2.0
#include "core/chip/links.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <tuple>
#include <utility>

namespace mho {
namespace {

/// The core that holds each channel of a node's output.
using Homes = std::vector<int>;

class LinkFinder {
 public:
  LinkFinder(const Architecture& architecture, const ChipConfig& chip, const std::vector<Block>& blocks)
      : nodes_(architecture.nodes()), chip_(chip), homes_(nodes_.size()) {
    size_t first = 0;
    for (int node = 0; node < static_cast<int>(nodes_.size()); ++node) {
      size_t last = first;
      while (last < blocks.size() && blocks[last].node == node) ++last;
      const std::span<const Block> own(blocks.data() + first, last - first);
      if (own.empty())
        visit_digital(node);
      else
        visit_crossbars(node, own, matrix_shape(architecture, node).products);
      first = last;
    }
  }

  std::vector<Link> links() const {
    std::vector<Link> links;
    for (const auto& [key, bits] : bits_) {
      const auto& [node, kind, from, to] = key;
      links.push_back({node, kind, from, to, bits, hop_count(chip_, from, to)});
    }
    return links;
  }

 private:
  const Node& node_at(int index) const { return nodes_[static_cast<size_t>(index)]; }
  Homes& homes_of(int index) { return homes_[static_cast<size_t>(index)]; }

  void send(int node, LinkKind kind, int from, int to, std::int64_t bits) {
    if (from != to) bits_[{node, kind, from, to}] += bits;
  }

  void visit_crossbars(int node, std::span<const Block> blocks, std::int64_t products) {
    send_activations(node, blocks);
    Homes& homes = homes_of(node);
    homes.assign(static_cast<size_t>(node_at(node).shape.channels), off_chip);
    std::map<int, int> previous;  // core of the row split before, by first column
    for (const Block& block : blocks) {
      const TileExtent& extent = block.extent;
      const auto before = previous.find(extent.column);
      if (before != previous.end())
        send(node, LinkKind::partial_sum, before->second, block.core,
             std::int64_t{1} * extent.columns * products * chip_.partial_sum_bits);
      previous[extent.column] = block.core;
      std::fill_n(homes.begin() + extent.column, extent.columns, block.core);
    }
  }

  void send_activations(int node, std::span<const Block> blocks) {
    const int source = node_at(node).inputs.front();
    const Shape shape = node_at(source).shape;
    // A dense layer reads every number in one row; a convolution moves each channel's whole image through its
    // rows.
    const bool dense = std::holds_alternative<Dense>(node_at(node).layer);
    const int units = dense ? static_cast<int>(shape.size()) : shape.channels;
    const std::int64_t unit_bits =
        (dense ? 1 : std::int64_t{1} * shape.height * shape.width) * chip_.activation_bits;
    std::map<int, std::vector<bool>> needed;  // by receiving core
    for (const Block& block : blocks) {
      std::vector<bool>& units_needed = needed[block.core];
      units_needed.resize(static_cast<size_t>(units), false);
      for (int row = block.extent.row; row < block.extent.row + block.extent.rows; ++row)
        units_needed[static_cast<size_t>(row % units)] = true;
    }
    const Homes& homes = homes_of(source);
    for (const auto& [core, units_needed] : needed)
      for (int unit = 0; unit < units; ++unit)
        if (units_needed[static_cast<size_t>(unit)])
          send(node, LinkKind::activation, homes[static_cast<size_t>(unit % shape.channels)], core,
               unit_bits);
  }

  void visit_digital(int node) {
    const Node& here = node_at(node);
    Homes& homes = homes_of(node);
    if (here.inputs.empty()) {
      homes.assign(static_cast<size_t>(here.shape.channels), off_chip);
    } else if (std::holds_alternative<Add>(here.layer)) {
      visit_add(node);
    } else if (std::holds_alternative<Concat>(here.layer)) {
      for (const int input : here.inputs)
        homes.insert(homes.end(), homes_of(input).begin(), homes_of(input).end());
    } else {
      // Channel by channel; a grouped convolution with a multiplier keeps a group's outputs beside its
      // inputs.
      const Homes& source = homes_of(here.inputs.front());
      homes.resize(static_cast<size_t>(here.shape.channels));
      for (size_t channel = 0; channel < homes.size(); ++channel)
        homes[channel] = source[channel * source.size() / homes.size()];
    }
    if (std::holds_alternative<SoftmaxCrossEntropy>(here.layer))
      send_tensor(node, here.inputs.front(), Homes());
  }

  void visit_add(int node) {
    const std::vector<int>& inputs = node_at(node).inputs;
    const int latest = *std::max_element(inputs.begin(), inputs.end());
    homes_of(node) = homes_of(latest);
    for (const int input : inputs)
      if (input != latest) send_tensor(node, input, homes_of(latest));
  }

  /// Sends every channel of `source` to the same channel's core of `targets`, or out of the chip where that
  /// is empty.
  void send_tensor(int node, int source, const Homes& targets) {
    const Shape shape = node_at(source).shape;
    const std::int64_t bits = std::int64_t{1} * shape.height * shape.width * chip_.activation_bits;
    const LinkKind kind = targets.empty() ? LinkKind::activation : LinkKind::skip;
    for (size_t channel = 0; channel < homes_of(source).size(); ++channel)
      send(node, kind, homes_of(source)[channel], targets.empty() ? off_chip : targets[channel], bits);
  }

  const std::vector<Node>& nodes_;
  const ChipConfig& chip_;
  std::vector<Homes> homes_;
  std::map<std::tuple<int, LinkKind, int, int>, std::int64_t> bits_;
};

}  // namespace

std::string to_string(LinkKind kind) {
  if (kind == LinkKind::activation) return "activation";
  return kind == LinkKind::partial_sum ? "partial_sum" : "skip";
}

int hop_count(const ChipConfig& chip, int from_core, int to_core) {
  if (from_core == off_chip || to_core == off_chip) return 0;
  return std::abs(from_core / chip.grid_columns - to_core / chip.grid_columns) +
         std::abs(from_core % chip.grid_columns - to_core % chip.grid_columns);
}

std::vector<Link> find_links(const Architecture& architecture, const ChipConfig& chip,
                             const std::vector<Block>& blocks) {
  return LinkFinder(architecture, chip, blocks).links();
}

}  // namespace mho
