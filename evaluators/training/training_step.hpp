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
  /// Weights in the store of config.regime: those of `initial`, or drawn from `key` where that is null.
  /// `candidate` and `config` must outlive this.
  TrainingStep(const CompiledCandidate& candidate, const TrainingConfig& config, std::unique_ptr<Loss> loss,
               int batch_size, RandomKey key, const Parameters* initial = nullptr);

  /// One mini-batch of at most `batch_size` images (NHWC, kernel_slack() floats readable after the last one);
  /// all phases but the digital one need a calibrated store. Returns the mean loss, NaN where weights came
  /// out of it that are no numbers.
  double run(const MiniBatch& batch, TrainingPhase phase, double learning_rate);

  WeightStore& store() { return *store_; }
  const WeightStore& store() const { return *store_; }

 private:
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<WeightStore> store_;
  TrainingNetwork buffers_;
};

}  // namespace mho
