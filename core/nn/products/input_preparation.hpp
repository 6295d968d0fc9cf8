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

  /// The images of a call that are taken at once, by a DAC of full scale `range`.
  const float* prepare_input(const MatrixCall& call, float range) const;
  /// One image's output gradient as the input's gradient wants it.
  const float* prepare_gradient(const float* dy, float* scratch) const;
  /// One image's output gradient as planes for the weights' gradient.
  void prepare_gradient_planes(const float* dy, float* planes) const;

 private:
  const float* prepare_levels(const MatrixCall& call, float range) const;
  const float* pad_gradient(const float* dy, float* scratch) const;
  const float* pad_planes(const float* dy, float* scratch) const;
  /// An output gradient's channels one after the other: channel c of pixel (h, w) at to[c * plane + h * row +
  /// w].
  void split_planes(const float* dy, std::ptrdiff_t row, std::ptrdiff_t plane, float* to) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  const MvmSettings& settings_;
};

}  // namespace mho
