// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/digital.hpp"

#include "core/base/error.hpp"

namespace mho {
namespace {

void check(const TrainingConfig&, const HardwareConfig& hardware) {
  if (hardware.input_range.mode == InputRangeMode::learned)
    throw ConfigError(
        "hardware.input_range = learned has no effect with training.regime = digital: change one of them");
}

}  // namespace

Regime DigitalStore::regime() {
  return {.name = "digital",
          .help = "plain training",
          .check = check,
          .make = [](const StoreContext& context, Parameters initial) -> std::unique_ptr<WeightStore> {
            return std::make_unique<DigitalStore>(context, std::move(initial));
          }};
}

const Operands& DigitalStore::operands(TrainingPhase, RandomKey) {
  context_.network.digital_operands(parameters_, true, operands_, arithmetic_of(context_.config));
  return operands_;
}

}  // namespace mho
