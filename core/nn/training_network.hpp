// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/nn/network.hpp"
#include "core/nn/range_gradient.hpp"

namespace mho {

/// What one mini-batch gave.
struct StepResult {
  double loss = 0;  ///< mean over the images
  int correct = 0;  ///< images whose largest logit is their label
};

/// The buffers of a training step: values and gradients of a mini-batch, sums of its parts. One mini-batch is
/// cut into fixed parts that run side by side; their sums are added in order, so the bits do not depend on
/// threads.
class TrainingNetwork {
 public:
  TrainingNetwork(const Network& network, int batch_size, int parts);
  ~TrainingNetwork();

  /// Forward and backward of `count` images (NHWC, at most batch_size) with integer labels. Batch norms use
  /// the mini-batch's statistics and update the running ones in `parameters`. `gradients` gets
  /// dL/d(parameter) of the mean loss (weights, biases, gammas, betas). `operands` must hold backward copies.
  /// Converters pass gradients straight through, but for an operand's own backward ones, for inputs beyond
  /// a range that is learned and where an operand clips its gradient.
  StepResult step(Parameters& parameters, const Operands& operands, const float* images, const int* labels,
                  int count, double label_smoothing, RandomKey key, Parameters& gradients);

  /// Of a node whose operand learns its range, summed over the last step's mini-batch (of the mean loss).
  RangeGradient range_gradient(int node) const;

  /// Bytes of the buffers that this holds now; all of them after the first step.
  std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a step will hold, before anything is allocated: the buffers of a TrainingNetwork and the packed
/// weights of its operands (a little more where the transposed copy is smaller). `clips_gradients`: as
/// MatrixOperand::clips_gradient of all layers.
std::size_t training_bytes(const Network& network, int batch_size, int parts, bool clips_gradients = false);

/// Gradients shaped like `parameters`, all zero.
Parameters zero_gradients(const Parameters& parameters);

}  // namespace mho
