// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/nn/kernels/arithmetic.hpp"
#include "core/nn/run/network_plan.hpp"

namespace mho {

/// Where the values and gradients of a training step live. A mini-batch of activations is larger than the
/// caches, so only what a later level needs is held for all its images: a batch norm's output that is read
/// within its own level is computed again from its input when the backward pass needs it, and gradients of
/// different levels share memory. In bfloat16, what only a batch norm reads in a later level is held in 16
/// bits: its input, and the gradient of its output.
struct BufferPlan {
  explicit BufferPlan(const NetworkPlan& plan, Arithmetic arithmetic = Arithmetic::float32);

  static constexpr int no_gradient = -1;  ///< no gradient: the network's input, the loss
  static constexpr int walk_only = -2;    ///< written and read within one level: a walk's buffer serves

  /// One an operation each. Halves are a copy of what a walk's buffer has as floats.
  /// Lives within a level: computed again for its backward pass or, in the last level, still there.
  std::vector<bool> value_in_walk;
  std::vector<bool> value_in_halves;      ///< floats within a level, halves beyond it
  std::vector<int> gradient_slot;         ///< no_gradient, walk_only or an index below
  std::vector<bool> gradient_in_halves;   ///< floats within a level, halves in the slot
  std::vector<std::int64_t> slot_floats;  ///< of one image, the largest gradient that uses the slot

  bool value_has_walk(std::size_t op) const { return value_in_walk[op] || value_in_halves[op]; }
  bool gradient_has_walk(std::size_t op) const {
    return gradient_slot[op] == walk_only || gradient_in_halves[op];
  }
};

/// Floats that hold so many numbers of 16 bits.
constexpr std::int64_t floats_of_halves(std::int64_t halves) { return (halves + 1) / 2; }

}  // namespace mho
