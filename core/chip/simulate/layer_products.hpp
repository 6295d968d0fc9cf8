// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/chip/simulate/block_read.hpp"
#include "core/chip/simulate/chip_plan.hpp"
#include "core/chip/simulate/core_memories.hpp"

namespace mho {

/// What the crossbar layers of a chip make of some images: each block its products, from its own core's
/// memory, with the partial sums of the row splits added along their chain, into the memory of the core where
/// the chain ends.
class LayerProducts {
 public:
  /// All must outlive this. `blocks` is by block.
  LayerProducts(const ChipPlan& plan, const std::vector<BlockRead>& blocks, CoreMemories& memories)
      : plan_(plan), blocks_(blocks), memories_(memories) {}

  /// The images that the memories hold: noise depends on (key, first_image + i).
  void start(RandomKey key, std::uint32_t first_image);
  /// A convolution or dense layer. Throws DataError where a core lacks something that its blocks read.
  void run(int node);
  /// One step of a recurrent layer: its blocks' products, then the states.
  void run_step(int node, std::int64_t step);

 private:
  /// A layer's inputs in one core as converters of one range make them.
  struct Prepared {
    int core = 0;
    float range = 0;
    const float* x = nullptr;
    FloatBuffer values;
  };
  BlockCall call_of(int block) const;
  void require_inputs(int block) const;
  const float* inputs_of(int block);
  const float* prepare(const CrossbarLayer& layer, const float* x, float range, FloatBuffer& to) const;
  const float* gather_step(int block, std::int64_t step);
  void update_cells(int block, std::int64_t step);

  const ChipPlan& plan_;
  const std::vector<BlockRead>& blocks_;
  CoreMemories& memories_;
  RandomKey key_{0};
  std::uint32_t first_image_ = 0;
  std::vector<Prepared> prepared_;  ///< of the layer at hand: the first prepared_count_
  std::size_t prepared_count_ = 0;
  std::map<int, FloatBuffer> gates_;  ///< by block at a chain's end: [image][column]
  std::map<int, FloatBuffer> cells_;  ///< by block at a chain's end: [image][before, after][unit]
  FloatBuffer vectors_, no_state_;
  BlockScratch scratch_;
};

}  // namespace mho
