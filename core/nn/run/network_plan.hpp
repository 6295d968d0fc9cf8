// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/graph/architecture.hpp"

namespace mho {

/// One operation of the execution plan. Layers that can (LayerFacts: running) swallow the addition and the
/// ReLU that follow them where nothing else reads the values in between, and pooling by maxima the ReLU
/// before it.
struct Operation {
  int node = 0;              ///< the node whose layer this is (of a fused operation: the first)
  int output_node = 0;       ///< the node whose value it produces
  std::vector<int> inputs;   ///< operations; a fused batch norm has its residual as second input
  Shape shape;               ///< of the output
  bool relu = false;         ///< ends in a ReLU that was taken in (of a pooling: that was before it)
  bool needs_batch = false;  ///< its first input must be known for a whole mini-batch
  bool multiplies = false;   ///< a convolution or dense layer, whose backward pass does not read its output
  int level = 0;             ///< see NetworkPlan
};

/// A layer graph as the network runs it. Batch statistics need a whole mini-batch, so operations are put in
/// levels: all images pass level 0, then the statistics of its batch-normalised outputs are known, then all
/// images pass level 1, ... Within a level a few images at a time pass all operations while they are in
/// cache.
struct NetworkPlan {
  explicit NetworkPlan(const Architecture& architecture);

  std::vector<Operation> operations;  ///< topological order; [0] is the input, the last one is the output
  int levels = 1;
  /// Images that walk through a level together: 1 where a convolution reuses its weights over many pixels,
  /// more where only more images give reuse (dense and recurrent layers).
  int images_per_walk = 1;
  /// Images of the largest part when a mini-batch is cut into `parts`: never fewer than walk together.
  int largest_part(int batch_size, int parts) const;
};

}  // namespace mho
