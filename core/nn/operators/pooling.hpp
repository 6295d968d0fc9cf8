// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/kernels/kernels.hpp"
#include "core/nn/operators/operator.hpp"

namespace mho {

/// Maxima or averages over windows, image by image.
class PoolingOperator final : public Operator {
 public:
  PoolingOperator(Shape input, Shape output, const Window& window, bool maximum);
  void forward(const ForwardCall& call) const override;
  void backward(const BackwardCall& call) const override;

 private:
  Shape input_, output_;
  Pooling loops_;
  bool maximum_;
};

}  // namespace mho
