// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/elementwise.hpp"

namespace mho {

void Activation::forward_pixels(const ForwardCall& call, std::int64_t pixels) const {
  apply(call.x[0], static_cast<std::size_t>(pixels * shape_.channels), call.y);
}

void Activation::backward(const BackwardCall& call) const {
  if (call.dx[0])
    differentiate(call.y, call.dy, static_cast<std::size_t>(call.images * shape_.size()), !call.first[0],
                  call.dx[0]);
}

}  // namespace mho
