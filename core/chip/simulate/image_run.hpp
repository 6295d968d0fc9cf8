// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/analog/tile/frozen_matrix.hpp"
#include "core/base/random.hpp"
#include "core/chip/simulate/core_memories.hpp"
#include "core/chip/simulate/digital_units.hpp"
#include "core/chip/simulate/exported_chip.hpp"
#include "core/nn/kernels/kernels.hpp"

namespace mho {

/// One block at one moment: its tile, which computes the products, and what lies on the tile's rows.
struct BlockRead {
  FrozenMatrix tile;
  const std::vector<int>* rows = nullptr;  ///< of the layer's matrix, in the order of the tile's
};

class Tally;

/// One image on the chip: executes a timeline's products core by core, passes partial sums along their
/// chains, does the digital layers where their homes are, and moves over the links what they list. Between
/// these, a core knows only what is in its own memory.
class ImageRun {
 public:
  /// All arguments must outlive this. `blocks` is by block; `tally` may be null. Noise of the image depends
  /// on (key, index).
  ImageRun(const ExportedChip& chip, const Timeline& timeline, const std::vector<BlockRead>& blocks,
           RandomKey key, std::uint32_t index, Tally* tally);

  /// `image` is NHWC; the logits. Throws DataError where the folder's files do not fit together: a product
  /// that is missing, done twice or too early, an input that no link brings.
  std::vector<float> run(const float* image);

 private:
  struct Layer {  ///< of crossbars
    std::vector<int> blocks;
    std::int64_t products_left = 0;
    std::int64_t begun = 0, done = 0;
    // Of a recurrent layer: the step at hand, its blocks that have not made its product yet, the tick from
    // which they may, and what the cells hold, by block at a chain's end.
    std::int64_t step = 0, ready = 0;
    std::size_t blocks_left = 0;
    std::map<int, FloatBuffer> cells;
  };
  const Node& node_at(int node) const { return nodes_[static_cast<size_t>(node)]; }
  bool is_complete(int node) const { return done_[static_cast<size_t>(node)] >= 0; }
  void collect_layers();
  void run_ready_digital_layers();
  void complete(int node, std::int64_t begun, std::int64_t done);
  void bring_inputs(int node);

  void run_step(const Step& step);
  void run_products(int block, std::int64_t first, std::int64_t count);
  void gather(int block, std::int64_t first, std::int64_t count, FloatBuffer& x) const;
  void gather_step(int block, std::int64_t step, FloatBuffer& x) const;
  void run_recurrent_step(const Step& step, Layer& layer);
  void make_states(int node, Layer& layer);
  void update_cells(int block, std::int64_t step, FloatBuffer& cells);
  void send_states(int node, std::int64_t step);
  void finish_layer(int node);
  void fire(const Step& step, Layer& layer);
  /// Adds up the chains' sums of products [first, first + count), of all with count -1; blocks at the chains'
  /// ends with the ticks that sums travelled.
  std::map<int, std::int64_t> add_partial_sums(int node, const std::vector<int>& blocks, std::int64_t first,
                                               std::int64_t count);
  void keep_outputs(int block);

  const ExportedChip& chip_;
  const Timeline& timeline_;
  const std::vector<BlockRead>& blocks_;
  RandomKey key_;
  std::uint32_t index_;
  Tally* tally_;
  const std::vector<Node>& nodes_;
  CoreMemories memories_;
  DigitalUnits digital_;
  std::map<int, Layer> layers_;                  ///< by node
  std::vector<std::vector<int>> group_members_;  ///< by first block
  std::vector<std::int64_t> products_done_;      ///< by first block of a group
  std::vector<FloatBuffer> sums_;                ///< by block: [product][column]
  std::vector<std::int64_t> begun_, done_;       ///< by node; done -1: not yet
  std::vector<int> readers_left_;                ///< by node
  FloatBuffer inputs_;                           ///< scratch
};

}  // namespace mho
