// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/chip/simulate/chip_plan.hpp"
#include "core/chip/simulate/core_memories.hpp"

namespace mho {

class Tally;

/// The digital units of the cores: every home of a digital layer does its part, from its own core's memory.
class DigitalUnits {
 public:
  /// All arguments must outlive this; `tally` may be null.
  DigitalUnits(const ChipPlan& plan, CoreMemories& memories, Tally* tally);

  /// A layer whose inputs are where the links brought them. Throws DataError like CoreMemories::require.
  void run(int node);

 private:
  const Node& node_at(int node) const { return nodes_[static_cast<size_t>(node)]; }
  void run_home(int node, const Home& home);
  void run_concat(int node, const Home& home);
  void run_elementwise(int node, const Home& home);
  void run_pixels(int node, const Home& home, std::int64_t first, std::int64_t pixels, float* to);
  void run_window(int node, const Home& home);
  float* scratch_for(std::int64_t numbers);
  void count_work(int node, const Home& home) const;

  const ChipPlan& plan_;
  CoreMemories& memories_;
  Tally* tally_;
  const std::vector<Node>& nodes_;
  std::vector<float*> inputs_;
  FloatBuffer outputs_, scratch_;
};

}  // namespace mho
