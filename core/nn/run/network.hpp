// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/random.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/operators/channel_affine.hpp"
#include "core/nn/operators/operator.hpp"
#include "core/nn/products/matrix_layer.hpp"
#include "core/nn/run/network_plan.hpp"

namespace mho {

class CarriedStates;
class KeptValues;

/// The weights that a network runs with at one moment: one operand for each node with a dense product (others
/// empty). In training a fresh noisy copy each mini-batch; in scoring one read of the programmed crossbars.
using Operands = std::vector<MatrixOperand>;

/// An architecture made ready to run: the plan and the operator of each operation. Immutable and shared by
/// threads.
class Network {
 public:
  /// `settings` holds the converters of each node with a crossbar matrix; empty for an all-digital network.
  Network(Architecture architecture, const std::vector<MvmSettings>& settings);

  const Architecture& architecture() const { return architecture_; }
  const NetworkPlan& plan() const { return plan_; }
  /// The products of a node whose weights are an operand (conv2d or dense, not depthwise); null for others.
  const MatrixLayer* matrix(int node) const;
  const Node& node_of(const Operation& op) const {
    return architecture_.nodes()[static_cast<size_t>(op.node)];
  }
  /// How an operation computes; null for the input and the output.
  const Operator* compute(int op) const { return operators_[static_cast<size_t>(op)].get(); }
  /// Whether training needs the gradient of what a matrix layer reads: not for the network's own input, which
  /// recurrent layers do not read alone.
  bool needs_input_gradient(int node) const;
  /// Scratch that forward_operation and backward need.
  std::size_t scratch_size() const { return scratch_size_; }

  /// Plain operands of all matrix layers: the parameters as they are, no converters.
  Operands digital_operands(const Parameters& parameters, bool for_training) const;
  /// The same into operands of an earlier call (of the same arithmetic), whose memory is used again.
  /// `arithmetic`: of training's products.
  void digital_operands(const Parameters& parameters, bool for_training, Operands& operands,
                        Arithmetic arithmetic = Arithmetic::float32) const;

  /// Where an operation finds its values: pointers to the first of `images` images.
  struct Values {
    const std::vector<float*>& pointers;        ///< one an operation
    const std::vector<ChannelAffine>& affines;  ///< one an operation; used by those that need the whole batch
    float* scratch;
    RandomKey key;                                        ///< of the output noise
    int first_image;                                      ///< index of the first image, for the noise
    bool training = false;                                ///< whether layers drop what they drop in training
    CarriedStates* carried = nullptr;                     ///< null: sequences begin with states of zero
    KeptValues* kept = nullptr;                           ///< null: no backward pass follows
    const std::vector<std::uint16_t*>* halves = nullptr;  ///< StepBuffers::Pointers; null: all are floats
  };
  /// Of what a layer draws (a matrix' output noise, what is dropped) when the network's values have `key`.
  static std::uint64_t noise_key(RandomKey key, int node);
  /// Runs one operation (not input, not output) on `images` images.
  void forward_operation(int op, const Parameters& parameters, const Operands& operands, const Values& values,
                         int images) const;

 private:
  Architecture architecture_;
  NetworkPlan plan_;
  std::vector<std::unique_ptr<const Operator>> operators_;  ///< one an operation
  std::vector<const MatrixLayer*> matrices_;                ///< one a node
  std::size_t scratch_size_ = 0;
};

}  // namespace mho
