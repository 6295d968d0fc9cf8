// SPDX-License-Identifier: Apache-2.0
#include "core/nn/operators/matrix_operator.hpp"

#include <algorithm>
#include <cmath>

#include "core/nn/graph/parameters.hpp"

namespace mho {

void MatrixOperator::forward(const ForwardCall& call) const {
  const auto& bias = call.parameters.bias;
  layer_.forward({*call.operand, call.x[0], call.images, call.scratch, call.noise_key, call.first_image},
                 bias.empty() ? nullptr : bias.data(), call.y);
}

void MatrixOperator::backward(const BackwardCall& call) const {
  if (call.operand->clips_gradient) return backward_clipped(call);
  const MatrixCall own{*call.operand, call.x[0], call.images, call.scratch, 0, call.first_image};
  if (call.operand->sink) {
    call.operand->sink->take(call.x[0], call.dy, call.first_image, call.images);
  } else {
    layer_.add_gradient(own, call.dy, call.sums.written, call.sums.target);
    call.sums.written = true;
  }
  if (call.operand->learns_range) return backward_with_range(call);
  if (call.dx[0]) layer_.backward(own, call.dy, !call.first[0], call.dx[0]);
}

void MatrixOperator::backward_with_range(const BackwardCall& call) const {
  const std::int64_t in = layer_.input_size();
  const float* x = call.x[0];
  const float range = call.operand->input_range;
  float *dx = call.dx[0], *own = call.second_scratch;
  for (int i = 0; i < call.images; ++i, x += in) {
    layer_.backward({*call.operand, x, 1, call.scratch, 0, call.first_image + i},
                    call.dy + i * layer_.output_size(), false, own);
    call.sums.range.add(x, own, static_cast<std::size_t>(in), range);
    if (!dx) continue;
    for (std::int64_t k = 0; k < in;
         ++k)  // moving a clipped input changes nothing: its range has the gradient
      if (std::fabs(x[k]) > range) own[k] = 0;
    if (call.first[0])
      std::copy_n(own, in, dx + i * in);
    else
      kernels().add(own, static_cast<std::size_t>(in), dx + i * in);
  }
}

void MatrixOperator::backward_clipped(const BackwardCall& call) const {
  // Nothing else would bring back a logit that saturates: no batch norm is behind it.
  const auto mode = call.ends_network ? ClippedGradient::outward : ClippedGradient::all;
  const std::size_t wanted = static_cast<std::size_t>(call.images * layer_.output_size()) + kernel_slack();
  if (call.clipped.size() < wanted) call.clipped.resize(wanted);
  float* clipped = call.clipped.data();
  const MatrixCall own{*call.operand, call.x[0], call.images, call.scratch, call.noise_key, call.first_image};
  for (int split = 0; split < layer_.row_splits(); ++split) {
    layer_.clip_gradient(own, split, mode, call.dy, clipped);
    layer_.add_split_gradient(own, split, clipped, call.sums.written, call.sums.target);
    if (call.dx[0]) layer_.backward_split(own, split, clipped, !call.first[0] || split > 0, call.dx[0]);
  }
  call.sums.written = true;
}

}  // namespace mho
