// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/matrix_layout.hpp"
#include "core/nn/products/matrix_operand.hpp"

namespace mho {

/// What a matrix under noise is made of: weights times scales plus noise.
struct NoisyRows {
  const float* weights = nullptr;  ///< as LayerParameters::weight
  const float* scales = nullptr;   ///< [row split][columns]
  float deviation = 0;
  std::uint64_t key = 0;
};

/// How weights are laid out for the products of a layer, and weight gradients back. Both arguments must
/// outlive this.
class OperandPacking {
 public:
  OperandPacking(const MatrixLayout& layout, const MvmSettings& settings)
      : layout_(layout), geometry_(layout.geometry()), settings_(settings) {}

  /// weights: rows x columns row-major (LayerParameters::weight) -> MatrixOperand::forward.
  void pack_forward(const float* weights, FloatBuffer& packed) const;
  /// -> MatrixOperand::forward, each run of a row split's rows from a stream of noise of its own; no groups.
  void pack_noisy(const NoisyRows& noisy, FloatBuffer& packed) const;
  /// operand.forward (and its scales) -> operand.backward, the transposed effective weights.
  void pack_backward(MatrixOperand& operand) const;
  /// operand.forward (and its scales) -> operand.backward_splits.
  void pack_backward_splits(MatrixOperand& operand) const;
  /// operand.forward -> operand.pairs, which products then use: conductances rounded to bfloat16, inputs as
  /// exact DAC levels. Does nothing where the processor or the layer (digital, more than 9-bit inputs)
  /// cannot.
  void pack_bfloat16(MatrixOperand& operand) const;
  /// Training in bfloat16: operand.forward -> operand.pairs, and the backward copies, packed before, become
  /// pairs. Leaves float32 what no bfloat16 kernel is faster at: groups, and weight gradients from planes.
  /// Nothing of an operand with a product of its own.
  void round_for_training(MatrixOperand& operand) const;
  /// Whether that fills operand.pairs of an operand without a product of its own.
  bool trains_in_pairs() const { return geometry_.groups == 1; }
  /// Fills operand.pairs from weights under noise at once, where trains_in_pairs(); a stream of noise for
  /// each row split. operand.forward is filled where it `keeps_rows`, for the backward copies, and else
  /// empty.
  void pack_noisy_pairs(const NoisyRows& noisy, bool keeps_rows, MatrixOperand& operand) const;
  /// The part of round_for_training that the backward copies are.
  void round_backward(MatrixOperand& operand) const;
  /// A packed weight gradient written or added to `gradient` (rows x columns).
  void unpack_gradient(const float* packed, bool accumulate, float* gradient) const;

 private:
  /// The transposed effective weights: of all splits (-1), or of one and zeros for the others.
  void pack_taps(const MatrixOperand& operand, int split, FloatBuffer& packed) const;
  /// Those of one kernel position, matrix rows [first, first + group inputs).
  void pack_tap(const MatrixOperand& operand, int group, int split, int first, float* to) const;
  bool takes_bfloat16(const MatrixOperand& operand) const;
  void pack_pairs(MatrixOperand& operand) const;
  /// What conductances are divided by in pairs: inputs are whole levels there.
  float pair_divisor(const MatrixOperand& operand) const;
  void resize_pairs(MatrixOperand& operand) const;
  Arithmetic gradient_arithmetic() const;  ///< of a layer that trains_in_pairs()
  /// Pairs of rows of every run in the place of the rows.
  void round_rows(FloatBuffer& backward) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  const MvmSettings& settings_;
};

}  // namespace mho
