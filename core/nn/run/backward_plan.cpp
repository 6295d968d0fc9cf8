// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/backward_plan.hpp"

#include <algorithm>

namespace mho {

std::vector<std::vector<BackwardEvent>> plan_backward(const NetworkPlan& plan) {
  const auto op = [&](int index) -> const Operation& { return plan.operations[static_cast<size_t>(index)]; };
  std::vector<std::vector<BackwardEvent>> levels(static_cast<size_t>(plan.levels));
  for (int i = static_cast<int>(plan.operations.size()) - 1; i > 0; --i) {
    levels[static_cast<size_t>(op(i).level)].push_back({i, false, {}});
    if (op(i).needs_batch) levels[static_cast<size_t>(op(op(i).inputs[0]).level)].push_back({i, true, {}});
  }
  std::vector<bool> written(plan.operations.size(), false);
  for (int level = plan.levels - 1; level >= 0; --level) {
    auto& events = levels[static_cast<size_t>(level)];
    std::stable_sort(events.begin(), events.end(),
                     [](const BackwardEvent& x, const BackwardEvent& y) { return x.op > y.op; });
    for (auto& event : events)
      for (size_t i = 0; i < op(event.op).inputs.size(); ++i) {
        const bool writes = !op(event.op).needs_batch || event.apply == (i == 0);
        const auto target = static_cast<size_t>(op(event.op).inputs[i]);
        event.first.push_back(writes && !written[target]);
        if (writes) written[target] = true;
      }
  }
  return levels;
}

}  // namespace mho
