// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/operators/operator.hpp"

namespace mho {

/// A layer that makes each output number from the same number of its inputs.
class ElementwiseOperator : public Operator {
 public:
  explicit ElementwiseOperator(Shape shape) : shape_(shape) {}
  void forward(const ForwardCall& call) const final {
    forward_pixels(call, std::int64_t{1} * call.images * shape_.height * shape_.width);
  }
  void forward_pixels(const ForwardCall& call, std::int64_t pixels) const override = 0;

 protected:
  Shape shape_;
};

/// y = f(x), with a derivative that follows from y.
class Activation : public ElementwiseOperator {
 public:
  using ElementwiseOperator::ElementwiseOperator;
  void forward_pixels(const ForwardCall& call, std::int64_t pixels) const final;
  void backward(const BackwardCall& call) const final;

 private:
  virtual void apply(const float* x, std::size_t count, float* y) const = 0;
  /// dx = (or +=) dy f'
  virtual void differentiate(const float* y, const float* dy, std::size_t count, bool accumulate,
                             float* dx) const = 0;
};

}  // namespace mho
