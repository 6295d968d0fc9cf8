// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/chip/simulate/digital_units.hpp"
#include "core/chip/simulate/layer_products.hpp"

namespace mho {

class Tally;

/// Images on the chip: executes a timeline's products core by core, passes partial sums along their chains,
/// does the digital layers where their homes are, and moves over the links what they list. Between these, a
/// core knows only what is in its own memory. Every image does the same, so a batch of them walks the
/// timeline at once; the values of a layer's products are computed when its last product is done, which no
/// image can tell: a layer reads what was complete before its first product, and is read when it is complete.
class TimelineRun {
 public:
  /// All arguments must outlive this; `tally` may be null and counts one image. `blocks` is by block. Batches
  /// have up to `most_images`.
  TimelineRun(const ChipPlan& plan, const Timeline& timeline, const std::vector<BlockRead>& blocks,
              int most_images, Tally* tally = nullptr);

  /// NHWC images; image i's noise depends on (key, first + i).
  struct Batch {
    const float* images = nullptr;
    int count = 1;
    RandomKey key{0};
    std::uint32_t first = 0;
  };
  /// Writes the logits of all images, one after the other. Throws DataError where the folder's files do not
  /// fit together: a product that is missing, done twice or too early, an input that no link brings.
  void run(const Batch& batch, float* logits);

 private:
  struct Layer {  ///< of crossbars
    std::int64_t products_left = 0;
    std::int64_t begun = 0, done = 0;
    // Of a recurrent layer: the step at hand, its blocks that have not made its product yet and the tick from
    // which they may.
    std::int64_t step = 0, ready = 0;
    std::size_t blocks_left = 0;
  };
  const Node& node_at(int node) const { return plan_.node(node); }
  std::string schedule_file() const { return plan_.chip().file("schedule.json"); }
  bool is_on_crossbars(int node) const { return !plan_.blocks_of(node).empty(); }
  bool is_complete(int node) const { return done_[static_cast<size_t>(node)] >= 0; }
  void start(const Batch& batch);
  void run_ready_digital_layers();
  void complete(int node, std::int64_t begun, std::int64_t done);
  void bring_inputs(int node);
  void take_logits(int count, float* logits);

  /// Whether the layer is complete now.
  bool run_step(const Step& step);
  void fire(const Step& step, Layer& layer);
  void run_recurrent_step(const Step& step, Layer& layer);
  void send_states(int node, std::int64_t step);
  void finish_layer(int node);
  /// Sums of products, of all with `count` -1, travel along their chains: the most ticks that takes.
  std::int64_t send_partial_sums(int node, std::int64_t count);

  const ChipPlan& plan_;
  const Timeline& timeline_;
  Tally* tally_;
  CoreMemories memories_;
  DigitalUnits digital_;
  LayerProducts products_;
  std::vector<Layer> layers_;                ///< by node
  std::vector<std::int64_t> products_done_;  ///< by first block of a group
  std::vector<std::int64_t> begun_, done_;   ///< by node; done -1: not yet
  std::vector<int> readers_left_;            ///< by node
};

}  // namespace mho
