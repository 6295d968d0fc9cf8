// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/pooling.hpp"

namespace mho {

PoolingOperator::PoolingOperator(Shape input, Shape output, const Window& window, bool maximum)
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
      maximum_(maximum) {}

void PoolingOperator::forward(const ForwardCall& call) const {
  const float* x = call.x[0];
  float* y = call.y;
  for (int i = 0; i < call.images; ++i, x += input_.size(), y += output_.size())
    (maximum_ ? kernels().max_pool : kernels().average_pool)(loops_, x, y);
}

void PoolingOperator::backward(const BackwardCall& call) const {
  if (!call.dx[0]) return;
  const bool accumulate = !call.first[0];
  for (int i = 0; i < call.images; ++i) {
    const std::int64_t in = i * input_.size(), out = i * output_.size();
    if (maximum_)
      kernels().max_pool_backward(loops_, call.x[0] + in, call.y + out, call.dy + out, accumulate,
                                  call.dx[0] + in);
    else
      kernels().average_pool_backward(loops_, call.dy + out, accumulate, call.dx[0] + in);
  }
}

}  // namespace mho
