// SPDX-License-Identifier: Apache-2.0
// The part of a training step that learns input ranges: it needs the gradient of one layer's input by itself,
// also where the network's own input has none.
#include <algorithm>
#include <cmath>

#include "core/nn/training_state.hpp"

namespace mho {

void TrainingNetwork::State::backward_with_range(BatchPart& part, const BackwardEvent& event,
                                                 const MatrixOperand& operand, int images) {
  const Operation& o = op(event.op);
  const auto below = static_cast<size_t>(o.inputs[0]);
  const std::int64_t in = plan.operations[below].shape.size();
  const float* x = part.values[below];
  const float* dy = part.gradients[static_cast<size_t>(event.op)];
  float* dx = part.gradients[below];
  float* own = part.second_scratch.data();
  for (int i = 0; i < images; ++i, x += in) {
    network.matrix(o.node)->backward(operand, dy + i * o.shape.size(), 1, false, part.scratch.data(), own,
                                     part.first_image + i);
    part.range_gradients[static_cast<size_t>(o.node)].add(x, own, static_cast<size_t>(in),
                                                          operand.input_range);
    if (!dx) continue;
    for (std::int64_t k = 0; k < in;
         ++k)  // moving a clipped input changes nothing: its range has the gradient
      if (std::fabs(x[k]) > operand.input_range) own[k] = 0;
    if (event.first[0])
      std::copy_n(own, in, dx + i * in);
    else
      kernels().add(own, static_cast<size_t>(in), dx + i * in);
  }
}

RangeGradient TrainingNetwork::range_gradient(int node) const {
  RangeGradient total;
  for (const auto& part : state_->parts) total.add(part.range_gradients[static_cast<size_t>(node)]);
  return total;
}

}  // namespace mho
