// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/affine_input_gradient.hpp"

#include "core/nn/kernels/bfloat16.hpp"

namespace mho {

void affine_input_gradient(const BackwardCall& call, Shape shape, const GradientAffine& affine) {
  if (!call.dx[0]) return;  // of the network's input
  const std::int64_t size = shape.size();
  const int pixels = shape.height * shape.width;
  for (int i = 0; i < call.images; ++i) {  // image by image: one of a shared input goes through scratch
    const std::int64_t at = i * size;
    float* const to = call.first[0] ? call.dx[0] + at : call.second_scratch;
    if (call.x_halves)
      bfloat16_kernels().affine_backward(
          {call.x_halves + at, call.dy_halves ? call.dy_halves + at : nullptr, pixels, shape.channels},
          call.dy + at, affine.a, affine.b, affine.c, to);
    else
      kernels().affine_backward(call.dy + at, call.x[0] + at, pixels, shape.channels, affine.a, affine.b,
                                affine.c, to);
    if (!call.first[0]) kernels().add(to, static_cast<std::size_t>(size), call.dx[0] + at);
  }
}

}  // namespace mho
