// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_step.hpp"

#include <limits>

#include "evaluators/training/operands.hpp"

namespace mho {

TrainingStep::TrainingStep(const CompiledCandidate& candidate, const TrainingConfig& config, int batch_size,
                           RandomKey key)
    : batch_(batch_size),
      loss_(make_loss(config)),
      store_(regime_of(config.regime)
                 .make({candidate, config}, initial_parameters(candidate.architecture(), key))),
      buffers_(candidate.network(), *loss_, batch_size, config.shards, config.batch_norms) {}

double TrainingStep::run(const float* images, const int* labels, TrainingPhase phase, double learning_rate,
                         RandomKey key) {
  const auto& operands = store_->operands(phase, key);
  const auto result =
      buffers_.step(store_->parameters(), operands, {images, labels, batch_, key}, store_->gradients());
  store_->accumulate(buffers_);
  return store_->commit(learning_rate) ? result.loss : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mho
