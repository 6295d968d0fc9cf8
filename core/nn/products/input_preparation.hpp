// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/matrix_layout.hpp"
#include "core/nn/products/matrix_operand.hpp"

namespace mho {

/// Brings what a product reads into the layout that it wants, in scratch or where it already is: inputs
/// through the DAC and with their zero border, output gradients with theirs or as planes. Both arguments must
/// outlive this.
class InputPreparation {
 public:
  InputPreparation(const MatrixLayout& layout, const MvmSettings& settings)
      : layout_(layout), geometry_(layout.geometry()), settings_(settings) {}

  /// The images of a call that are taken at once, by a DAC of full scale `range`, in the operand's
  /// arithmetic.
  const float* prepare_input(const MatrixCall& call, float range) const;
  /// The same in float32.
  const float* prepare_floats(const MatrixCall& call, float range) const;
  /// One image's output gradient as the input's gradient wants it.
  const float* prepare_gradient(const float* dy, float* scratch) const;
  /// The same in bfloat16, also of `images` images of a dense layer.
  const float* round_gradient(const float* dy, int images, float* scratch) const;
  /// For the weights' gradient in bfloat16: images in pairs, one slot for a number of two images; zeros
  /// stand for one that is missing. Inputs as levels of the DAC (not divided by their number) where there is
  /// one.
  void pair_inputs(const MatrixCall& call, float range, float* slots) const;
  void pair_gradients(const float* dy, int images, float* slots) const;
  /// One image's output gradient as planes for the weights' gradient.
  void prepare_gradient_planes(const float* dy, float* planes) const;

 private:
  /// In bfloat16: levels of the DAC where there is one.
  const float* round_input(const MatrixCall& call, float range) const;
  /// In place: `count` halves, and one more behind them, from slots + count on become slots of each and its
  /// right neighbour.
  static void pair_neighbours(std::int64_t count, std::uint16_t* slots);
  const float* pad_gradient(const float* dy, float* scratch) const;
  const float* pad_planes(const float* dy, float* scratch) const;
  /// In bfloat16: a plane holds the pairs of two channels.
  const float* round_planes(const float* dy, float* scratch) const;
  /// An output gradient's channels one after the other: channel c of pixel (h, w) at to[c * plane + h * row +
  /// w].
  void split_planes(const float* dy, std::ptrdiff_t row, std::ptrdiff_t plane, float* to) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  const MvmSettings& settings_;
};

}  // namespace mho
