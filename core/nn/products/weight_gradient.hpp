// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/input_preparation.hpp"

namespace mho {

/// The gradient of a layer's weights. Both arguments must outlive this.
class WeightGradient {
 public:
  WeightGradient(const MatrixLayout& layout, const MvmSettings& settings)
      : layout_(layout), geometry_(layout.geometry()), settings_(settings), inputs_(layout, settings) {}

  /// packed = (or +=) the gradient of the rows in runs[group].
  void add(const std::vector<RowRun>* runs, const MatrixCall& call, const float* dy, bool accumulate,
           float* packed) const;

 private:
  /// In bfloat16: a number of two images is a pair, so that strides and kernel positions are as in float32.
  void add_pairs(const std::vector<RowRun>& runs, const MatrixCall& call, const float* dy, bool accumulate,
                 float* packed) const;
  /// The loops over one image.
  MatrixGradient gradient_of_images() const;
  /// Completes and computes the product `m` of the images taken at once, with their output gradient.
  void add_chunk(const std::vector<RowRun>* runs, const float* dy, int images, float* planes,
                 MatrixGradient m) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  const MvmSettings& settings_;
  InputPreparation inputs_;
};

}  // namespace mho
