// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/pulsed.hpp"

namespace mho {

Regime PulsedStore::regime() {
  return {.name = "pulsed",
          .help = "gradient descent on the devices, every vector an update by pulses",
          .on_chip = true,
          .check = [](const TrainingConfig& training,
                      const HardwareConfig& hardware) { check_on_chip("pulsed", training, hardware); },
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<PulsedStore>(context, std::move(initial));
          }};
}

std::vector<DevicePulses> PulsedStore::write(std::size_t node, double learning_rate, RandomKey key) {
  std::vector<DevicePulses> pulses;
  auto& matrix = layer(node)->matrix();
  const auto update = context_.config.on_chip.update();
  layer(node)->for_each_block(batch(), [&](const VectorBlock& block) {
    matrix.append_updates({block.x, block.d, block.count, block.first}, learning_rate, update, key, pulses);
  });
  matrix.move(pulses, key);
  return pulses;
}

}  // namespace mho
