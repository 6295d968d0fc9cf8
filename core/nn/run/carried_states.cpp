// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/carried_states.hpp"

#include <algorithm>

#include "core/nn/run/network.hpp"

namespace mho {

CarriedStates::CarriedStates(const Network& network, int images) {
  for (std::size_t op = 0; op < network.plan().operations.size(); ++op) {
    const auto* compute = network.compute(static_cast<int>(op));
    sizes_.push_back(compute ? compute->carried_size() : 0);
    start_.emplace_back(static_cast<std::size_t>(images * sizes_.back()), 0.0f);
  }
  end_ = start_;
}

void CarriedStates::clear() {
  for (auto& values : start_) std::fill(values.begin(), values.end(), 0.0f);
}

void CarriedStates::advance() { std::swap(start_, end_); }

}  // namespace mho
