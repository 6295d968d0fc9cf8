// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "core/chip/simulate/block_shape.hpp"
#include "core/chip/simulate/digital_layers.hpp"
#include "core/chip/simulate/exported_chip.hpp"

namespace mho {

/// An exported chip with all that running it needs and that no image and no programming changes. Immutable.
class ChipPlan {
 public:
  /// Throws DataError like read_export.
  explicit ChipPlan(const std::filesystem::path& folder);
  ChipPlan(const ChipPlan&) = delete;  // its parts point at each other
  ChipPlan& operator=(const ChipPlan&) = delete;

  const ExportedChip& chip() const { return chip_; }
  const DigitalLayers& digital() const { return digital_; }
  const std::vector<Node>& nodes() const { return chip_.network.architecture.nodes(); }
  const Node& node(int index) const { return nodes()[static_cast<size_t>(index)]; }
  const Block& block(int index) const { return chip_.blocks[static_cast<size_t>(index)]; }

  /// Of a node on crossbars; its blocks in the order of their numbers: partial sums come from earlier ones.
  const CrossbarLayer& crossbars(int node) const { return crossbars_.at(node); }
  const std::vector<int>& blocks_of(int node) const { return blocks_of_[static_cast<size_t>(node)]; }
  /// Transfers for a node, in the order of links.json.
  const std::vector<const ExportedLink*>& links_for(int node) const {
    return links_for_[static_cast<size_t>(node)];
  }
  const BlockShape& shape(int block) const { return shapes_[static_cast<size_t>(block)]; }
  /// The block at whose core the partial sums of this one end up: itself, without any.
  int chain_end(int block) const { return chain_ends_[static_cast<size_t>(block)]; }
  /// Blocks that fire in the same products as this one, itself included; empty for all but a group's first.
  const std::vector<int>& group(int block) const { return groups_[static_cast<size_t>(block)]; }

 private:
  void collect_blocks();

  ExportedChip chip_;
  DigitalLayers digital_;
  std::map<int, CrossbarLayer> crossbars_;                   ///< by node
  std::vector<std::vector<int>> blocks_of_;                  ///< by node
  std::vector<std::vector<const ExportedLink*>> links_for_;  ///< by node
  std::vector<BlockShape> shapes_;                           ///< by block
  std::vector<int> chain_ends_;                              ///< by block
  std::vector<std::vector<int>> groups_;                     ///< by block
};

}  // namespace mho
