// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/input_preparation.hpp"

namespace mho {

/// The gradient of a layer's weights. Both arguments must outlive this.
class WeightGradient {
 public:
  WeightGradient(const MatrixLayout& layout, const MvmSettings& settings)
      : layout_(layout), geometry_(layout.geometry()), inputs_(layout, settings) {}

  /// packed = (or +=) the gradient of the rows in runs[group].
  void add(const std::vector<RowRun>* runs, const MatrixCall& call, const float* dy, bool accumulate,
           float* packed) const;

 private:
  /// Completes and computes the product `m` of the images taken at once, with their output gradient.
  void add_chunk(const std::vector<RowRun>* runs, const float* dy, int images, float* planes,
                 MatrixGradient m) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  InputPreparation inputs_;
};

}  // namespace mho
