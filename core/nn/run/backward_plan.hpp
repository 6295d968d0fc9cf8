// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/nn/run/network_plan.hpp"

namespace mho {

/// A backward step of one operation. One that needs the batch has two: its sums over the mini-batch, in its
/// own level, and the gradient of its input, which needs those sums, just before the operation below it runs
/// backward.
struct BackwardEvent {
  int op = 0;
  bool apply = false;       ///< of an operation that needs the batch: the second one
  std::vector<bool> first;  ///< for each input: whether this event is the first to write its gradient
};

/// The events of each level, in the order in which they run.
std::vector<std::vector<BackwardEvent>> plan_backward(const NetworkPlan& plan);

}  // namespace mho
