// SPDX-License-Identifier: Apache-2.0
// The inside of TrainingNetwork, shared by its forward half (training_network.cpp) and backward half
// (training_backward.cpp); nothing else includes it.
#pragma once

#include <algorithm>
#include <vector>

#include "core/nn/buffer_plan.hpp"
#include "core/nn/range_gradient.hpp"
#include "core/nn/training_network.hpp"

namespace mho {

/// A backward step of one operation. Batch norm has two: its sums over the mini-batch, in its own level, and
/// the gradient of its input, which needs those sums, just before the operation below it runs backward.
struct BackwardEvent {
  int op = 0;
  bool apply = false;       ///< of a batch norm: the second one
  std::vector<bool> first;  ///< for each input: whether this event is the first to write its gradient
};

/// Sums over a mini-batch for one batch norm: s = sum a, t = sum b, kept in double over images.
struct ChannelSums {
  std::vector<double> a, b;
  std::vector<float> image_a, image_b;  ///< of the walk at hand
  void reset(size_t channels) {
    a.assign(channels, 0);
    b.assign(channels, 0);
    image_a.resize(channels);
    image_b.resize(channels);
  }
  void clear_image() {
    std::fill(image_a.begin(), image_a.end(), 0.0f);
    std::fill(image_b.begin(), image_b.end(), 0.0f);
  }
  void add_image() {
    for (size_t c = 0; c < a.size(); ++c) {
      a[c] += image_a[c];
      b[c] += image_b[c];
    }
  }
};

/// What a part of the mini-batch owns.
struct BatchPart {
  /// One a node with a dense product, packed, or with a depthwise one, plain; empty where gradient_targets is
  /// the caller's gradient itself.
  std::vector<FloatBuffer> weight_gradients;
  std::vector<float*> gradient_targets;  ///< one a node: where this step's weight gradient is summed
  std::vector<char> gradient_written;    ///< one a node: whether a product has written there in this step
  std::vector<ChannelSums> bias_sums;    ///< of the output gradients, one a node with a bias
  std::vector<ChannelSums> forward_sums, backward_sums;  ///< one an operation
  std::vector<FloatBuffer> walk_values, walk_gradients;  ///< what lives only within one walk
  FloatBuffer scratch, second_scratch;
  FloatBuffer clipped;  ///< gradient of a walk's outputs; empty until an operand clips its gradient
  std::vector<float*> values, gradients;       ///< of the images at hand
  std::vector<double> probabilities;           ///< of one image
  std::vector<RangeGradient> range_gradients;  ///< one a node
  int first_image = 0;                         ///< of the images at hand
  double loss = 0;
  int correct = 0;
};

/// a, b, c of dy = a dz + b y + c.
struct BackwardAffine {
  std::vector<float> a, b, c;
};

/// Buffers and plan of a step. The forward half fills values and statistics, the backward half gradients and
/// sums.
struct TrainingNetwork::State {
  const Network& network;
  const NetworkPlan& plan;
  int part_size;
  int walk;
  BufferPlan buffers;
  std::vector<FloatBuffer> values;                   ///< one an operation; empty where a walk's buffer serves
  std::vector<FloatBuffer> gradients;                ///< [slot]
  std::vector<std::vector<BackwardEvent>> backward;  ///< [level]
  std::vector<ChannelAffine> affines;
  std::vector<std::vector<double>> means, inverses;  ///< of the mini-batch, one an operation
  std::vector<BackwardAffine> backward_affines;
  std::vector<BatchPart> parts;
  RandomKey step_key{0};

  State(const Network& network, int batch_size, int parts);
  void allocate(int batch_size);
  void plan_backward();

  const Operation& op(int index) const { return plan.operations[static_cast<size_t>(index)]; }
  int op_count() const { return static_cast<int>(plan.operations.size()); }

  /// Sums of a part back to zero.
  void reset(BatchPart& part, Parameters& gradients);
  /// Whether a node's products write the caller's gradient: nothing to sum, nothing to unpack.
  bool writes_through(size_t node) const {
    const auto* layer = network.matrix(static_cast<int>(node));
    return layer && parts.size() == 1 && layer->is_packed_plainly();
  }
  void sum_weight_gradient(size_t node, FloatBuffer& target) const;
  template <class Body>
  void walk_parts(int count, Body body);
  void point_to(BatchPart& part, const float* images, int first);
  void forward_walk(BatchPart& part, int level, const Parameters& parameters, const Operands& operands,
                    int first, int images, RandomKey key);
  void finish_statistics(int level, int count, Parameters& parameters);
  /// Fills again what the forward walks of a level did not keep.
  void restore_values(BatchPart& part, int level, const Parameters& parameters, const Operands& operands,
                      int images);
  void loss(BatchPart& part, const int* labels, int images, int count, double smoothing);
  void backward_walk(BatchPart& part, int level, const Parameters& parameters, const Operands& operands,
                     int images);
  void backward_operation(BatchPart& part, const BackwardEvent& event, const Parameters& parameters,
                          const Operands& operands, int images);
  void backward_with_range(BatchPart& part, const BackwardEvent& event, const MatrixOperand& operand,
                           int images);
  void backward_clipped(BatchPart& part, const BackwardEvent& event, const MatrixOperand& operand,
                        int images);
  void start_input_gradients(BatchPart& part, const BackwardEvent& event, int images);
  void backward_normalise(BatchPart& part, const BackwardEvent& event, int images);
  void backward_depthwise(BatchPart& part, const BackwardEvent& event, const Parameters& parameters,
                          int images);
  void backward_add(BatchPart& part, const BackwardEvent& event, int images);
  void backward_concat(BatchPart& part, const BackwardEvent& event, int images);
  void backward_simple(BatchPart& part, const BackwardEvent& event, int images);
  void finish_batch_norm_gradients(int level, int count, const Parameters& parameters, Parameters& gradients);
  void sum_weight_gradients(Parameters& gradients);
};

}  // namespace mho
