// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/analog/tile_grid.hpp"
#include "core/chip/chip.hpp"
#include "core/nn/architecture.hpp"

namespace mho {

/// A rectangle of one layer's weight matrix and where it lies: core, first crossbar row and column.
struct Block {
  int node = 0;       ///< index into Architecture::nodes()
  TileExtent extent;  ///< rows and columns of the layer's matrix
  int row_split = 0;  ///< which of the layer's row splits: partial sums are added over them
  int core = -1;
  int core_row = 0;  ///< of the crossbar
  int core_column = 0;
};

/// What the network costs on the chip, for one image.
struct Cost {
  int cores = 0;               ///< cores that hold at least one block
  std::int64_t core_mvms = 0;  ///< matrix-vector products of whole cores
  double latency_s = 0;  ///< layers one after the other, blocks of one layer at once where on different cores
  double throughput_hz = 0;  ///< images a second with every layer's blocks working in a pipeline
  double energy_j = 0;       ///< core MVMs, digital work and links (middle of their bracket)
  double energy_low_j = 0;
  double energy_high_j = 0;
  double utilisation = 0;      ///< cells with a weight over cells of the used cores
  double mac_utilisation = 0;  ///< MACs done over MACs that the fired cores could do
  double effective_tops_per_watt = 0;
};

/// A network on a chip.
struct Mapping {
  std::vector<Block> blocks;  ///< every crossbar layer, in node order, row split major
  Cost cost;
};

/// Cuts every conv2d and dense layer without groups into blocks, packs them two-dimensionally into cores
/// (blocks of one core are used in turn), and counts. Grouped convolutions stay in the digital units.
/// Deterministic. An infeasible network is a value, not an exception: `mapping` is empty and `reason` says
/// which layer did not fit and how many cores were short.
struct MappingResult {
  std::optional<Mapping> mapping;
  int cores_needed = 0;
  std::string reason;
};
MappingResult map_onto_chip(const Architecture& architecture, const ChipConfig& chip);

}  // namespace mho
