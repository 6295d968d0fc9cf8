// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/graph/shape.hpp"
#include "core/nn/operators/channel_sums.hpp"
#include "core/nn/products/range_gradient.hpp"

namespace mho {

class Architecture;
class MatrixLayer;
struct ChannelAffine;
struct LayerParameters;
struct MatrixOperand;
struct MvmSettings;

/// The values (or gradients) of an operation's inputs, picked from those of all operations.
class InputPointers {
 public:
  InputPointers(const std::vector<float*>& all, const std::vector<int>& which) : all_(all), which_(which) {}
  std::size_t size() const { return which_.size(); }
  float* operator[](std::size_t input) const { return all_[static_cast<std::size_t>(which_[input])]; }

 private:
  const std::vector<float*>& all_;
  const std::vector<int>& which_;
};

/// What an operator's forward pass reads and writes, for `images` images.
struct ForwardCall {
  InputPointers x;
  float* y;
  int images;
  const LayerParameters& parameters;
  const MatrixOperand* operand;  ///< of this layer's matrix; null where it has none
  const ChannelAffine* affine;   ///< that stands for a layer that needs the whole mini-batch
  float* scratch;                ///< Operator::scratch_size() floats
  std::uint64_t noise_key = 0;   ///< of a matrix' outputs, or of what is dropped; 0: nothing is
  int first_image = 0;           ///< index of the first image, for the noise
  /// Of recurrent layers, [image][Operator::carried_size()]: what they begin with (null: zeros), and where
  /// they leave what the next window begins with (null: nowhere).
  const float* start = nullptr;
  float* end = nullptr;
  float* kept = nullptr;  ///< [image][Operator::kept_size()], for backward; null where there will be none
  /// What needs the whole mini-batch finds x[0] here, where it is not null (StepBuffers).
  const std::uint16_t* x_halves = nullptr;
};

/// A layer's sums of gradients over one part of a mini-batch.
struct GradientSums {
  FloatBuffer weights;  ///< packed for a matrix, plain for others; empty where `target` is the caller's own
  float* target = nullptr;  ///< where this step's weight gradient is summed
  bool written = false;     ///< whether a product has written there in this step
  ChannelSums bias;         ///< of the output gradients; empty without a bias
  RangeGradient range;      ///< of an operand that learns its input range
};

/// What an operator's backward pass reads and writes. Gradients with respect to weights are added to `sums`;
/// that of a bias is the caller's business.
struct BackwardCall {
  InputPointers x;
  const float* y;
  float* dy;                       ///< gradient of the output; may be changed
  InputPointers dx;                ///< gradients of the inputs; null where nobody wants one
  const std::vector<bool>& first;  ///< one an input: its gradient is written, not added to
  int images;
  const LayerParameters& parameters;
  const MatrixOperand* operand;
  GradientSums& sums;
  float* scratch;
  float* second_scratch;  ///< as large
  FloatBuffer& clipped;   ///< scratch of operands that clip their gradient: grows when first used
  std::uint64_t noise_key = 0;
  int first_image = 0;
  bool ends_network = false;     ///< its outputs are the network's scores
  const float* start = nullptr;  ///< as ForwardCall's
  const float* kept = nullptr;   ///< what forward left there
  /// Of what needs the whole mini-batch: where x[0] is, and where dy is kept between its two passes; null
  /// where x and dy are.
  const std::uint16_t* x_halves = nullptr;
  std::uint16_t* dy_halves = nullptr;
};

/// What a training step keeps for an operation whose outputs need all of a mini-batch's inputs (batch norm):
/// sums over the images of each part, which become an affine forward and one backward. Memory is allocated
/// once.
class BatchState {
 public:
  virtual ~BatchState() = default;
  /// Sums of a part back to zero.
  virtual void reset(std::size_t part) = 0;
  /// Adds the inputs of some images, and keeps them in `halves` where that is not null.
  virtual void observe(std::size_t part, const float* x, int images, std::uint16_t* halves) = 0;
  /// All `images` of the mini-batch were observed: `affine` stands for the operation, running statistics in
  /// `parameters` move.
  virtual void finish(int images, LayerParameters& parameters, ChannelAffine& affine) = 0;
  /// Adds the output gradients of some images, and passes them on to a residual (the second input).
  virtual void observe_gradient(std::size_t part, const BackwardCall& call) = 0;
  /// All gradients were observed: those of the parameters.
  virtual void finish_gradient(int images, const LayerParameters& parameters, LayerParameters& gradients) = 0;
  /// The gradient of the (first) input of some images; needs finish_gradient.
  virtual void backward(const BackwardCall& call) const = 0;
};

/// How a layer computes: what a layer kind gives to the networks. Immutable, shared by threads; all state is
/// in the arguments.
class Operator {
 public:
  virtual ~Operator() = default;
  /// Floats of scratch that every call needs.
  virtual std::size_t scratch_size() const { return 0; }
  /// The products of a layer whose weights are an operand of the network; null for others.
  virtual const MatrixLayer* matrix() const { return nullptr; }
  /// What the matrix reads, matrix()->input_size() floats an image, of `images` images with inputs x and
  /// outputs y: the inputs, but for recurrent layers.
  virtual void matrix_inputs(const float* x, const float* y, int images, float* vectors) const;
  /// Numbers an image that a recurrent layer carries from one window of a sequence to the next.
  virtual std::int64_t carried_size() const { return 0; }
  /// Numbers an image that forward leaves for backward, beside its outputs.
  virtual std::int64_t kept_size() const { return 0; }
  /// Whether backward sums the gradient of the bias; for others the caller does, from dy.
  virtual bool sums_bias_gradient() const { return false; }
  virtual void forward(const ForwardCall& call) const = 0;
  /// The same of `pixels` pixels instead of whole images: only of layers that are elementwise on a chip.
  virtual void forward_pixels(const ForwardCall& call, std::int64_t pixels) const;
  /// Not of layers with a BatchState.
  virtual void backward(const BackwardCall& call) const;
  /// For a mini-batch in `parts`; null for operators that take image by image.
  virtual std::unique_ptr<BatchState> make_batch_state(std::size_t parts) const;
};

/// Where an operator is wanted.
struct OperatorSite {
  const Architecture& architecture;
  int node;
  const MvmSettings& settings;  ///< converters of a matrix
  bool relu = false;            ///< ends in a ReLU (LayerFacts: takes_relu)

  std::size_t inputs() const;
  Shape input(std::size_t which = 0) const;
  Shape output() const;
};

/// Zeros the gradient of an input, `size` numbers an image, if this call is the first to write it: for
/// operators that only add.
void start_input_gradient(const BackwardCall& call, std::size_t input, std::int64_t size);

}  // namespace mho
