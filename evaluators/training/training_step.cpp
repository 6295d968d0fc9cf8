// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_step.hpp"

#include <limits>
#include <utility>

#include "evaluators/training/operands.hpp"

namespace mho {

TrainingStep::TrainingStep(const CompiledCandidate& candidate, const TrainingConfig& config,
                           std::unique_ptr<Loss> loss, int batch_size, RandomKey key,
                           const Parameters* initial)
    : loss_(std::move(loss)),
      store_(regime_of(config.regime)
                 .make({candidate, config, key.with("chip"), batch_size},
                       initial ? *initial : initial_parameters(candidate.architecture(), key))),
      buffers_(candidate.network(), *loss_, batch_size, config.shards, config.batch_norms,
               arithmetic_of(config)) {}

double TrainingStep::run(const MiniBatch& batch, TrainingPhase phase, double learning_rate) {
  const auto& operands = store_->operands(phase, batch.key);
  const auto result = buffers_.step(store_->digital_parameters(), operands, batch, store_->gradients());
  store_->accumulate(buffers_);
  return store_->commit(learning_rate) ? result.loss : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mho
