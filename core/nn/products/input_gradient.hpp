// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/input_preparation.hpp"

namespace mho {

/// The gradient of a layer's input. Both arguments must outlive this.
class InputGradient {
 public:
  InputGradient(const MatrixLayout& layout, const MvmSettings& settings)
      : layout_(layout), geometry_(layout.geometry()), inputs_(layout, settings) {}

  /// dx = (or +=) the product of the output gradients with transposed weights (MatrixOperand::backward).
  void run(const float* weights, const MatrixCall& call, const float* dy, bool accumulate, float* dx) const;

 private:
  /// Of one image's prepared output gradient, or of all images of a dense layer (`pixels`).
  void run_prepared(const float* weights, const float* dy, int pixels, bool accumulate, float* dx) const;
  /// The product of one phase and group, but for its weights.
  MatrixProduct product_of(std::size_t phase, int group, const float* dy, int pixels, float* dx) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  InputPreparation inputs_;
};

}  // namespace mho
