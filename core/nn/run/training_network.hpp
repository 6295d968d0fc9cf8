// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/words.hpp"
#include "core/nn/run/backward_plan.hpp"
#include "core/nn/run/kept_values.hpp"
#include "core/nn/run/loss.hpp"
#include "core/nn/run/network.hpp"
#include "core/nn/run/step_buffers.hpp"

namespace mho {

/// Images (NHWC) with integer labels, and the key of what is drawn for them. A network that ends in steps has
/// a label for each of them.
struct MiniBatch {
  const float* images = nullptr;
  const int* labels = nullptr;
  int count = 0;
  RandomKey key{0};
  const float* values = nullptr;     ///< count x outputs: what a loss of values wants; else null
  CarriedStates* carried = nullptr;  ///< of the mini-batch before; null: sequences begin with states of zero
};

/// What one mini-batch gave.
struct StepResult {
  double loss = 0;  ///< mean over the images and their steps
  int correct = 0;  ///< images (or steps of them) whose largest logit is their label
};

/// What a training step does with batch norms.
enum class BatchNorms {
  trained,  ///< statistics of the mini-batch, gradients of gamma and beta
  kept      ///< they stay as they are
};
template <>
inline constexpr std::array words_of<BatchNorms>{"trained", "kept"};

/// The buffers of a training step: values and gradients of a mini-batch, sums of its parts. One mini-batch is
/// cut into fixed parts that run side by side; their sums are added in order, so the bits do not depend on
/// threads.
class TrainingNetwork {
 public:
  /// `network` and `loss` must outlive this. `arithmetic`: that of the operands to come.
  TrainingNetwork(const Network& network, const Loss& loss, int batch_size, int parts,
                  BatchNorms norms = BatchNorms::trained, Arithmetic arithmetic = Arithmetic::float32);

  /// Forward and backward of at most batch_size images. Batch norms use the mini-batch's statistics and
  /// update the running ones in `parameters`. `gradients` gets dL/d(parameter) of the mean loss (weights,
  /// biases, gammas, betas), but for weights whose operand has a sink; those are empty or become zero.
  /// `operands` must hold backward copies. Converters pass gradients straight
  /// through, but for an operand's own backward ones, for inputs beyond a range that is learned and where an
  /// operand clips its gradient.
  StepResult step(Parameters& parameters, const Operands& operands, const MiniBatch& batch,
                  Parameters& gradients);

  /// Of a node whose operand learns its range, summed over the last step's mini-batch (of the mean loss).
  RangeGradient range_gradient(int node) const;

  /// Bytes of the buffers that this holds now; all of them after the first step.
  std::size_t bytes() const;

 private:
  /// What a part of the mini-batch owns besides its values and gradients.
  struct Part {
    std::vector<GradientSums> sums;  ///< one a node
    LossSums loss;
    FloatBuffer scratch, second_scratch;
    FloatBuffer clipped;  ///< gradient of a walk's outputs; empty until an operand clips its gradient
  };
  /// The step at hand.
  struct Step {
    Parameters& parameters;
    const Operands& operands;
    const MiniBatch& batch;
    Parameters& gradients;
  };
  /// Some images of a part on their way through a level.
  struct Walk {
    std::size_t part;
    int level;
    int first;  ///< image
    int images;
  };

  const Operation& op(int index) const { return plan_.operations[static_cast<std::size_t>(index)]; }
  int op_count() const { return static_cast<int>(plan_.operations.size()); }
  /// Whether a node's products write the caller's gradient: nothing to sum, nothing to unpack.
  bool writes_through(std::size_t node) const;
  /// Runs body(walk) for every walk of a level, parts side by side.
  template <class Body>
  void walk_parts(const Step& step, int level, const Body& body);

  void reset(std::size_t part, const Step& step);
  Network::Values values_of(const Step& step, const Walk& walk);
  void forward(const Step& step, const Walk& walk);
  /// Fills again what the forward walks of a level did not keep.
  void restore_values(const Step& step, const Walk& walk);
  void score(const Step& step, const Walk& walk);
  void finish_statistics(const Step& step, int level);
  void backward(const Step& step, const Walk& walk);
  void backward_operation(const Step& step, const Walk& walk, const BackwardEvent& event);
  bool needs_noise(const Operation& op, const MatrixOperand* operand) const;
  void sum_bias_gradient(const Walk& walk, const Operation& op, const float* dy, ChannelSums& sums) const;
  void finish_batch_gradients(const Step& step, int level);
  void sum_weight_gradients(Parameters& gradients) const;
  void sum_weight_gradient(std::size_t node, FloatBuffer& target) const;

  const Network& network_;
  const Loss& loss_;
  const NetworkPlan& plan_;
  BatchCut cut_;
  StepBuffers buffers_;
  KeptValues kept_;
  std::vector<std::vector<BackwardEvent>> backward_;  ///< [level]
  std::vector<std::unique_ptr<BatchState>> states_;   ///< one an operation; null for most
  std::vector<ChannelAffine> affines_;                ///< of the mini-batch, one an operation
  std::vector<Part> parts_;
};

/// What a step will hold, before anything is allocated: the buffers of a TrainingNetwork and the packed
/// weights of its operands (a little more where the transposed copy is smaller). `clips_gradients`: as
/// MatrixOperand::clips_gradient of all layers.
std::size_t training_bytes(const Network& network, int batch_size, int parts, bool clips_gradients = false,
                           Arithmetic arithmetic = Arithmetic::float32);

/// Gradients shaped like `parameters`, all zero.
Parameters zero_gradients(const Parameters& parameters);

}  // namespace mho
