// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analog/mapping/tile_grid.hpp"
#include "core/chip/chip.hpp"
#include "core/chip/mapping/mapping_config.hpp"
#include "core/nn/graph/architecture.hpp"

namespace mho {

/// A rectangle of one layer's weight matrix, which output pixels it makes, and where it lies.
struct Block {
  int node = 0;       ///< index into Architecture::nodes()
  TileExtent extent;  ///< of the layer's matrix, with rows in the order of the crossbars (RowCut)
  int row_split = 0;  ///< which of the layer's row splits: partial sums are added over them
  int core = -1;
  int core_row = 0;  ///< of the crossbar
  int core_column = 0;
  int replica = 0;  ///< which copy of the layer: each makes its own output pixels with the same weights
  std::int64_t first_product = 0;  ///< output pixels, row by row: [first_product, first_product + products)
  std::int64_t products = 0;
  int group = 0;  ///< index of the first block that fires in the same product of the core: itself, if alone
  std::int64_t weights = 0;  ///< cells with a weight; less than rows x columns for block-diagonal ones
  int first_input = 0;  ///< inputs read: channels of the layer's input (numbers of it, for a dense layer)
  int inputs = 0;       ///< from first_input on, continuing at 0 after the last
  int first_state = 0;  ///< of a recurrent layer: units whose state of the step before is read
  int states = 0;
  bool in_turn =
      false;  ///< of a recurrent layer: a product waits for the one before, so that copies are no use
};

/// One piece of a block's work on one image (of all blocks of a group: `block` is its first). A tick is one
/// matrix-vector product of a core (ChipConfig::product_time_s).
struct Step {
  int node = 0;   ///< index into Architecture::nodes()
  int block = 0;  ///< index into Mapping::blocks
  int core = 0;
  std::int64_t products = 0;
  std::int64_t start = 0;          ///< first tick
  std::int64_t finish = 0;         ///< one past the last tick
  std::int64_t first_product = 0;  ///< of the block's own, from 0
};

/// How hard a mapping looks for a good one (map_onto_chip).
enum class MappingMode { fast, full };
std::string to_string(MappingMode mode);  ///< "fast", "full"

/// What the network costs on the chip, for one image. Where sources differ there is a low and a high
/// estimate.
struct Cost {
  int cores = 0;               ///< cores that hold at least one block
  std::int64_t core_mvms = 0;  ///< matrix-vector products of whole cores
  double latency_s = 0;        ///< one image alone: a layer starts when its inputs are complete
  double throughput_hz = 0;    ///< images a second with every layer at work in a pipeline
  double energy_j = 0;         ///< middle of the bracket that follows
  double energy_low_j = 0;     ///< core products, digital work, links and activations that wait
  double energy_high_j = 0;
  double utilisation = 0;      ///< cells with a weight over cells of the used cores
  double mac_utilisation = 0;  ///< MACs done over MACs that the fired cores could do
  double effective_tops_per_watt = 0;
  std::int64_t interval = 0;  ///< ticks from one image to the next in the pipeline
  std::int64_t fill = 0;      ///< ticks from an image's first product to its last in the full pipeline
  std::int64_t digital_macs = 0;
  std::int64_t bit_hops = 0;
  std::int64_t buffered_bits = 0;  ///< activations that wait at once for their readers in the full pipeline
  std::int64_t buffer_bits = 0;    ///< written to and read from that store for one image
  std::optional<MappingMode> mapping = {};  ///< whose cost it is; empty where no mapping was made
  bool operator==(const Cost&) const = default;
};

/// A network on a chip.
struct Mapping {
  std::vector<Block> blocks;  ///< every crossbar layer: node order, replica after replica, row split major
  Cost cost;
  MappingConfig config;               ///< that it was made with
  bool placement_is_optimal = false;  ///< whether full mode searched all placements of these blocks' cores
};

/// Cuts every crossbar layer into blocks (tiling), copies layers where the objective wants it (replication),
/// packs the blocks into cores (packing) and counts (schedule, links, cost). Cores are taken in the order in
/// which the network uses them, along the grid; full mode then looks for the placement with the fewest
/// bit-hops and tries more replications. Deterministic for a seed. An infeasible network is a value, not an
/// exception: `mapping` is empty and `reason` says which layer did not fit, how many cores were short and
/// what would make it fit.
struct MappingResult {
  std::optional<Mapping> mapping;
  int cores_needed = 0;
  std::string reason;
};
MappingResult map_onto_chip(const Architecture& architecture, const ChipConfig& chip,
                            const MappingConfig& config = {}, MappingMode mode = MappingMode::fast);

}  // namespace mho
