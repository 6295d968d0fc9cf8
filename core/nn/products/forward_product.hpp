// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/input_preparation.hpp"

namespace mho {

/// The forward product of a layer, row split after row split. Both arguments must outlive this.
class ForwardProduct {
 public:
  ForwardProduct(const MatrixLayout& layout, const MvmSettings& settings)
      : layout_(layout), geometry_(layout.geometry()), settings_(settings), inputs_(layout, settings) {}

  /// Output of all images; `bias` may be null.
  void run(const MatrixCall& call, const float* bias, float* y) const;
  /// The partial sums of one split as the ADC meets them: with noise and nothing behind it.
  void partial_sums(const MatrixCall& call, int split, float* y) const;

 private:
  /// Calls body(chunk, output) with the images that are taken at once.
  template <class Body>
  void for_chunks(const MatrixCall& call, float* y, const Body& body) const;
  /// All parts of a chunk; one after the other when each has its own range.
  void run_chunk(const MatrixCall& chunk, const float* bias, float* y) const;
  /// One part (a row split of a group) of a prepared input `in`.
  void run_part(const MatrixCall& chunk, const float* bias, const float* in, std::size_t part,
                float* y) const;
  static void multiply(const MatrixOperand& operand, const MatrixProduct& m);
  MatrixProduct product_of(const MatrixCall& chunk, const float* in, std::size_t part, float* y) const;

  const MatrixLayout& layout_;
  const ConvolutionGeometry& geometry_;
  const MvmSettings& settings_;
  InputPreparation inputs_;
};

}  // namespace mho
