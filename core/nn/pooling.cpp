// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pooling.hpp"

namespace mho {

PoolingLayer pooling_of(const Layer& layer, Shape input, Shape output) {
  Pooling loops{.input_height = input.height,
                .input_width = input.width,
                .height = output.height,
                .width = output.width,
                .channels = output.channels,
                .kernel_height = input.height,
                .kernel_width = input.width};
  const auto* pool = std::get_if<Pool>(&layer);
  if (!pool) return {loops, false};  // the global average: one window over everything
  loops.kernel_height = pool->kernel_height;
  loops.kernel_width = pool->kernel_width;
  loops.stride_height = pool->stride_height;
  loops.stride_width = pool->stride_width;
  loops.top = pool->padding.top;
  loops.left = pool->padding.left;
  return {loops, pool->kind == Pool::Kind::max};
}

}  // namespace mho
