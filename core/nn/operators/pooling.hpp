// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/kernels/kernels.hpp"
#include "core/nn/operators/operator.hpp"

namespace mho {

/// Maxima or averages over windows, image by image.
class PoolingOperator final : public Operator {
 public:
  enum class Kind { average, maximum, rectified_maximum };  ///< the last one ends in a ReLU

  PoolingOperator(Shape input, Shape output, const Window& window, Kind kind);
  std::size_t scratch_size() const override;
  void forward(const ForwardCall& call) const override;
  void backward(const BackwardCall& call) const override;

 private:
  Shape input_, output_;
  Pooling loops_;
  Kind kind_;
};

}  // namespace mho
