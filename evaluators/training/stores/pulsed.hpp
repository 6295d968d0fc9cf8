// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/stores/on_chip.hpp"

namespace mho {

/// Stochastic gradient descent in the array (Gokmen and Vlasov, Frontiers in Neuroscience 10, 333, 2016):
/// every input vector and its error become pulses, also those of a convolution's pixels; those of a
/// mini-batch after its backward pass, in their order.
class PulsedStore : public OnChipStore {
 public:
  PulsedStore(const StoreContext& context, Parameters initial)
      : OnChipStore(context, std::move(initial), Gradients::vectors) {}
  static Regime regime();

 protected:
  std::vector<DevicePulses> write(std::size_t node, double learning_rate, RandomKey key) override;
};

}  // namespace mho
