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
  /// The output gradient of the images taken at once, and the weights to multiply it with.
  struct Prepared {
    const float* weights;
    const float* dy;
    int images;
    bool pairs;  ///< both are in bfloat16
  };
  void run_prepared(const Prepared& prepared, bool accumulate, float* dx) const;
  /// The product of one phase and group, but for its weights.
  MatrixProduct product_of(std::size_t phase, int group, const Prepared& prepared, float* dx) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  InputPreparation inputs_;
};

}  // namespace mho
