// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_step.hpp"

#include <limits>
#include <utility>

#include "evaluators/training/operands.hpp"

namespace mho {

TrainingStep::TrainingStep(const Architecture& architecture, const TrainingConfig& config,
                           const HardwareConfig& hardware, std::unique_ptr<Loss> loss, int batch_size,
                           RandomKey key)
    : network_(architecture, mvm_settings(architecture, hardware)),
      loss_(std::move(loss)),
      store_(
          regime_of(config.regime).make({network_, config, hardware}, initial_parameters(architecture, key))),
      buffers_(network_, *loss_, batch_size, config.shards) {}

double TrainingStep::run(const MiniBatch& batch, TrainingPhase phase, double learning_rate) {
  const auto& operands = store_->operands(phase, batch.key);
  const auto result = buffers_.step(store_->parameters(), operands, batch, store_->gradients());
  store_->accumulate(buffers_);
  return store_->commit(learning_rate) ? result.loss : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mho
