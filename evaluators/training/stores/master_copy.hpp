// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluators/training/weight_store.hpp"

namespace mho {

/// Those of [training]; learned input ranges have a rate of their own.
OptimizerSettings optimizer_settings(const StoreContext& context);

/// What the regimes share that train a copy of the weights in float32 with an optimiser: the numbers, their
/// gradients, and the input ranges that are calibrated and perhaps learned beside them.
class MasterCopyStore : public WeightStore {
 public:
  MasterCopyStore(const StoreContext& context, Parameters initial);

  void calibrate(const Samples& samples) override;
  Parameters& gradients() override { return gradients_; }
  /// Gradients of the learned ranges' logarithms: range dL/d(range), and the decay.
  void accumulate(const TrainingNetwork& measured) override;
  bool commit(double learning_rate) override;
  Parameters& parameters() override { return parameters_; }
  OptimizerState checkpoint() const override { return optimizer_.state(); }
  void resume(const Parameters& parameters, const OptimizerState& state) override;

 protected:
  const StoreContext context_;
  Parameters parameters_, gradients_;
  Operands operands_;
  Optimizer optimizer_;
};

}  // namespace mho
