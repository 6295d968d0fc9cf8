// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/nn/run/training_network.hpp"
#include "evaluators/training/weight_store.hpp"

namespace mho {

/// One mini-batch after the other through the network, with the weights of a store. Which images, which
/// learning rate and which phase is the caller's business.
class TrainingStep {
 public:
  /// Weights drawn from `key`, in the store of config.regime. `candidate` and `config` must outlive this.
  TrainingStep(const CompiledCandidate& candidate, const TrainingConfig& config, int batch_size,
               RandomKey key);

  /// One mini-batch of `batch_size` images (NHWC, kernel_slack() floats readable after the last one); all
  /// phases but the digital one need a calibrated store. Returns the mean loss, NaN where weights came out of
  /// it that are no numbers.
  double run(const float* images, const int* labels, TrainingPhase phase, double learning_rate,
             RandomKey key);

  WeightStore& store() { return *store_; }
  const WeightStore& store() const { return *store_; }

 private:
  int batch_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<WeightStore> store_;
  TrainingNetwork buffers_;
};

}  // namespace mho
