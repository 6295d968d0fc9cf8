// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/operators/operator.hpp"
#include "core/nn/products/matrix_layer.hpp"

namespace mho {

/// A layer whose products are a matrix': weights come as an operand (noisy, programmed or plain), and the
/// gradient goes through the converters as the operand says.
class MatrixOperator final : public Operator {
 public:
  explicit MatrixOperator(const OperatorSite& site) : layer_(site.architecture, site.node, site.settings) {}

  std::size_t scratch_size() const override { return layer_.scratch_size(); }
  const MatrixLayer* matrix() const override { return &layer_; }
  void forward(const ForwardCall& call) const override;
  void backward(const BackwardCall& call) const override;

 private:
  /// For an operand that learns its input range: that needs the gradient of this layer's input by itself,
  /// also where the network's own input has none.
  void backward_with_range(const BackwardCall& call) const;
  /// Lets no gradient through saturated ADC outputs.
  void backward_clipped(const BackwardCall& call) const;

  MatrixLayer layer_;
};

}  // namespace mho
