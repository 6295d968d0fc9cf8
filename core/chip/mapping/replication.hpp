// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/chip/mapping/mapping.hpp"
#include "core/chip/mapping/packing.hpp"

namespace mho {

/// How often a layer is on the chip.
struct Copies {
  int replicas = 1;  ///< each makes its own part of the output pixels
  int together =
      1;  ///< of these, along one core's diagonal and firing in the same product; layers of one block
};

/// Copies the blocks of each layer (`copies` by node; `blocks` as cut_into_blocks makes them): replica after
/// replica, in the blocks' order. Replica i of r makes products / r output pixels, one more where i <
/// products % r, in raster order: their ranges partition the output.
std::vector<Block> replicate(const std::vector<Block>& blocks, const std::vector<Copies>& copies);

/// What is packed: a rectangle for each group, in order. Copies of a group lie along its diagonal, so that no
/// two share a row or column; the cells beside them stay empty.
std::vector<Rectangle> rectangles_of(const std::vector<Block>& blocks);

/// Blocks with their bins as cores, numbered anew in the order in which the network first uses them, so that
/// data flow from core to core.
void put_into_bins(const Packing& packing, std::vector<Block>& blocks);

/// Blocks that lie in bins, numbered as by put_into_bins.
struct PackedBlocks {
  std::vector<Block> blocks;
  int bins = 0;
};

/// Replicates and packs at once for a short pipeline interval: for one interval after the other, from the
/// bound products / cores upwards, each layer gets as many replicas as keep its share below the interval, and
/// pack_balanced tries to put them into the chip's cores. Two, three and more times as many replicas fill
/// gaps with smaller pieces, but send the same activations to more cores: they are taken where the interval
/// becomes a tenth shorter. `finer` takes smaller steps and more pieces. Empty when not even one copy
/// fits.
std::optional<PackedBlocks> balance_pipeline(const std::vector<Block>& blocks, const ChipConfig& chip,
                                             PackingMode mode, bool finer);

/// Puts copies of layers smaller than a core along its diagonal, as many as there are rows, columns and
/// pixels for, so that one product makes several output pixels: fewer core products, so less energy. Fewer
/// copies where the chip has no room; empty when not even one copy fits.
std::optional<PackedBlocks> fold_small_layers(const std::vector<Block>& blocks, const ChipConfig& chip,
                                              PackingMode mode);

}  // namespace mho
