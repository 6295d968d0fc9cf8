// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/nn/run/buffer_plan.hpp"

namespace mho {

/// Where the buffers of a BufferPlan lie in one block of memory. One block, because the system gives huge
/// pages only to what fills them: a pass over a mini-batch in small buffers would look up a page every 4 KiB.
struct BufferLayout {
  /// `parts` parts whose walks hold `walk` images.
  BufferLayout(const NetworkPlan& plan, const BufferPlan& buffers, int batch_size, std::size_t parts,
               int walk);

  /// Floats from the start, one an operation; anything for an operation that has no such buffer.
  struct Offsets {
    std::vector<std::size_t> values, gradients;
  };
  Offsets batch;               ///< of what is held for all images; gradients share slots
  std::vector<Offsets> walks;  ///< [part]
  std::size_t floats = 0;      ///< of the whole block
};

}  // namespace mho
