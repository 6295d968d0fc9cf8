// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/pooling.hpp"

namespace mho {

PoolingOperator::PoolingOperator(Shape input, Shape output, const Window& window, Kind kind)
    : input_(input),
      output_(output),
      loops_{.input_height = input.height,
             .input_width = input.width,
             .height = output.height,
             .width = output.width,
             .channels = output.channels,
             .kernel_height = window.height,
             .kernel_width = window.width,
             .stride_height = window.stride_height,
             .stride_width = window.stride_width,
             .top = window.padding.top,
             .left = window.padding.left},
      kind_(kind) {}

std::size_t PoolingOperator::scratch_size() const {
  return kind_ == Kind::rectified_maximum ? static_cast<std::size_t>(output_.size()) + kernel_slack() : 0;
}

void PoolingOperator::forward(const ForwardCall& call) const {
  const float* x = call.x[0];
  float* y = call.y;
  const auto outputs = static_cast<std::size_t>(output_.size());
  for (int i = 0; i < call.images; ++i, x += input_.size(), y += output_.size()) {
    (kind_ == Kind::average ? kernels().average_pool : kernels().max_pool)(loops_, x, y);
    if (kind_ == Kind::rectified_maximum) kernels().relu(y, outputs, y);
  }
}

void PoolingOperator::backward(const BackwardCall& call) const {
  if (!call.dx[0]) return;
  const bool accumulate = !call.first[0];
  const auto outputs = static_cast<std::size_t>(output_.size());
  for (int i = 0; i < call.images; ++i) {
    const float *x = call.x[0] + i * input_.size(), *y = call.y + i * output_.size();
    const float* dy = call.dy + i * output_.size();
    float* dx = call.dx[0] + i * input_.size();
    if (kind_ == Kind::rectified_maximum) {
      kernels().relu_backward(y, dy, outputs, false, call.scratch);
      dy = call.scratch;
    }
    if (kind_ == Kind::average)
      kernels().average_pool_backward(loops_, dy, accumulate, dx);
    else
      kernels().max_pool_backward(loops_, x, y, dy, accumulate, dx);
  }
}

}  // namespace mho
