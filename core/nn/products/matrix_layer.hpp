// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/graph/architecture.hpp"
#include "core/nn/products/operand_packing.hpp"

namespace mho {

/// The products of one conv2d or dense layer: forward, and both gradients. Immutable; all state is in the
/// arguments.
class MatrixLayer {
 public:
  MatrixLayer(const Architecture& architecture, int node, const MvmSettings& settings)
      : layout_(geometry_of(architecture, node), settings.crossbar_rows, settings.row_split),
        settings_(settings) {}
  MatrixLayer(const ConvolutionGeometry& geometry, const MvmSettings& settings)
      : layout_(geometry, settings.crossbar_rows, settings.row_split), settings_(settings) {}

  const ConvolutionGeometry& geometry() const { return layout_.geometry(); }
  const MvmSettings& settings() const { return settings_; }
  const RowCut& row_cut() const { return layout_.row_cut(); }
  int row_splits() const { return layout_.row_splits(); }
  int columns() const { return layout_.columns(); }
  std::size_t packed_size() const { return layout_.packed_size(); }
  std::size_t scratch_size() const { return layout_.scratch_size(); }
  std::int64_t input_size() const { return layout_.input_size(); }
  std::int64_t output_size() const { return layout_.output_size(); }

  /// As OperandPacking's.
  void pack_forward(const float* weights, FloatBuffer& packed) const {
    packing().pack_forward(weights, packed);
  }
  void pack_noisy(const NoisyRows& noisy, FloatBuffer& packed) const { packing().pack_noisy(noisy, packed); }
  void pack_backward(MatrixOperand& operand) const { packing().pack_backward(operand); }
  void pack_backward_splits(MatrixOperand& operand) const { packing().pack_backward_splits(operand); }
  void pack_bfloat16(MatrixOperand& operand) const { packing().pack_bfloat16(operand); }
  void round_for_training(MatrixOperand& operand) const { packing().round_for_training(operand); }
  bool trains_in_pairs() const { return packing().trains_in_pairs(); }
  void pack_noisy_pairs(const NoisyRows& noisy, bool keeps_rows, MatrixOperand& operand) const {
    packing().pack_noisy_pairs(noisy, keeps_rows, operand);
  }
  void round_backward(MatrixOperand& operand) const { packing().round_backward(operand); }
  void unpack_gradient(const float* packed, bool accumulate, float* gradient) const {
    packing().unpack_gradient(packed, accumulate, gradient);
  }
  /// Whether packed weights lie as the parameters do: one group, columns a multiple of column_alignment.
  bool is_packed_plainly() const { return geometry().groups == 1 && columns() % column_alignment == 0; }

  /// y[i] = product of x[i] for i < images; `bias` may be null.
  void forward(const MatrixCall& call, const float* bias, float* y) const;
  /// packed = (or +=) the weight gradient of these images.
  void add_gradient(const MatrixCall& call, const float* dy, bool accumulate, float* packed) const;
  /// dx = (or +=) the gradient with respect to the inputs (straight through the converters, or through the
  /// operand's own backward ones, whose noise depends on first_image + i).
  void backward(const MatrixCall& call, const float* dy, bool accumulate, float* dx) const;

  /// clipped[i] = dy[i] where the partial sum of `split` in a forward() of the same call lay within the ADC's
  /// range, else 0 as `mode` says. The sums are computed again, so that no forward pass has to keep them.
  /// images * output_size() floats, kernel_slack() behind both.
  void clip_gradient(const MatrixCall& call, int split, ClippedGradient mode, const float* dy,
                     float* clipped) const;
  /// As add_gradient and backward, of the rows of one split.
  void add_split_gradient(const MatrixCall& call, int split, const float* dy, bool accumulate,
                          float* packed) const;
  void backward_split(const MatrixCall& call, int split, const float* dy, bool accumulate, float* dx) const;

 private:
  OperandPacking packing() const { return {layout_, settings_}; }

  MatrixLayout layout_;
  MvmSettings settings_;
};

}  // namespace mho
