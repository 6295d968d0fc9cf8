// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/nn/run/network_plan.hpp"

namespace mho {

/// Where the values and gradients of a training step live. A mini-batch of activations is larger than the
/// caches, so only what a later level needs is held for all its images: a batch norm's output that is read
/// within its own level is computed again from its input when the backward pass needs it, and gradients of
/// different levels share memory.
struct BufferPlan {
  explicit BufferPlan(const NetworkPlan& plan);

  static constexpr int no_gradient = -1;  ///< no gradient: the network's input, the loss
  static constexpr int walk_only = -2;    ///< written and read within one level: a walk's buffer serves

  std::vector<bool> value_in_walk;        ///< one an operation
  std::vector<int> gradient_slot;         ///< one an operation: no_gradient, walk_only or an index below
  std::vector<std::int64_t> slot_floats;  ///< of one image, the largest gradient that uses the slot

  /// Floats of all these buffers for `parts` parts whose walks hold `walk` images.
  std::size_t floats(const NetworkPlan& plan, int batch_size, int parts, int walk) const;
};

}  // namespace mho
