// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/zero_shift.hpp"

#include "core/base/parallel.hpp"

namespace mho {

ZeroShiftStore::ZeroShiftStore(const StoreContext& context, Parameters initial)
    : PulsedStore(context, std::move(initial)) {
  parallel_for(nodes(), [&](size_t node) {
    if (!layer(node)) return;
    const RandomKey key = context.key.with("zero shift", node);
    shift_to_symmetry_point(layer(node)->matrix(), context.config.on_chip.symmetry_pulses, key);
    program(node, parameters_[node].weight, key.with("initial weights"));
  });
}

Regime ZeroShiftStore::regime() {
  return {.name = "zero_shift",
          .help = "the same after each device's zero was put where its up and down pulses cancel",
          .on_chip = true,
          .check = [](const TrainingConfig& training,
                      const HardwareConfig& hardware) { check_symmetric("zero_shift", training, hardware); },
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<ZeroShiftStore>(context, std::move(initial));
          }};
}

}  // namespace mho
