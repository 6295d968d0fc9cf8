// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/hybrid.hpp"

#include "core/base/error.hpp"

namespace mho {
namespace {

void check(const TrainingConfig& training, const HardwareConfig& hardware) {
  check_on_chip("hybrid", training, hardware);
  check_accumulators(training.on_chip);
  if (hardware.cell.kind != CellKind::pairs)
    throw ConfigError("hardware.mapping: expected pairs with training.regime = hybrid, got " +
                      word_of(hardware.cell.kind));
  if (training.on_chip.accumulator_bits == 0)
    throw ConfigError(
        "training.accumulator_bits: expected the bits of the binary accumulator with training.regime = "
        "hybrid, got 0 (float32)");
}

}  // namespace

Regime HybridStore::regime() {
  return {.name = "hybrid",
          .help = "as mixed_precision, on pairs of multi-level devices with an accumulator of a few bits",
          .on_chip = true,
          .check = check,
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<HybridStore>(context, std::move(initial));
          }};
}

}  // namespace mho
