// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/stores/on_chip.hpp"

namespace mho {

/// Mixed precision (Nandakumar et al., Frontiers in Neuroscience 14, 406, 2020; bulk-switching devices: Wu et
/// al., arXiv 2305.14547): products on the devices, the optimiser's steps added up in digital, and a device
/// is written once its sum is worth a step of it. With chi the sum, w what the devices hold and g the
/// gradients, w + chi = w_0 - sum of rate g where pulses move what they should. A sum worth more than a
/// device's whole range is cut to that: no write asks for what no device can hold, however far a training has
/// gone astray.
class MixedPrecisionStore : public OnChipStore {
 public:
  MixedPrecisionStore(const StoreContext& context, Parameters initial)
      : OnChipStore(context, std::move(initial), Gradients::accumulated) {}
  static Regime regime();

 protected:
  std::vector<DevicePulses> write(std::size_t node, double learning_rate, RandomKey key) override;

 private:
  std::vector<DevicePulses> take_whole_steps(std::size_t node);
  /// Gives accumulators back what devices did not do of what was asked.
  void give_back(std::size_t node, const std::vector<DevicePulses>& asked, const std::vector<float>& before);
};

/// Refuses accumulators that cannot hold what they should. Throws ConfigError.
void check_accumulators(const OnChipConfig& config);

}  // namespace mho
