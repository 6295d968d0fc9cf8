// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/chip/simulate/core_memories.hpp"
#include "core/chip/simulate/digital_layers.hpp"
#include "core/chip/simulate/exported_chip.hpp"

namespace mho {

class Tally;

/// The digital units of the cores: every home of a digital layer does its part, from its own core's memory.
class DigitalUnits {
 public:
  /// All arguments must outlive this; `tally` may be null.
  DigitalUnits(const ExportedChip& chip, CoreMemories& memories, Tally* tally);

  /// A layer whose inputs are where the links brought them. Throws DataError like CoreMemories::require.
  void run(int node);

 private:
  const Node& node_at(int node) const { return nodes_[static_cast<size_t>(node)]; }
  void run_home(int node, const Home& home);
  void run_concat(int node, const Home& home);
  void run_elementwise(int node, const Home& home);
  void run_window(int node, const Home& home);
  void keep(int node, const Home& home, const float* from);
  void count_work(int node, const Home& home) const;

  const ExportedChip& chip_;
  CoreMemories& memories_;
  Tally* tally_;
  const std::vector<Node>& nodes_;
  DigitalLayers layers_;
  FloatBuffer scratch_;
};

}  // namespace mho
