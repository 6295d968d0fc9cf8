// SPDX-License-Identifier: Apache-2.0
// The part of a training step that lets no gradient through saturated ADC outputs.
#include "core/nn/training_state.hpp"

namespace mho {

void TrainingNetwork::State::backward_clipped(BatchPart& part, const BackwardEvent& event,
                                              const MatrixOperand& operand, int images) {
  const Operation& o = op(event.op);
  const auto node = static_cast<size_t>(o.node), below = static_cast<size_t>(o.inputs[0]);
  const auto* layer = network.matrix(o.node);
  const float *x = part.values[below], *dy = part.gradients[static_cast<size_t>(event.op)];
  float* dx = part.gradients[below];
  // Nothing else would bring back a logit that saturates: no batch norm is behind it.
  const auto mode =
      op(op_count() - 1).inputs[0] == event.op ? ClippedGradient::outward : ClippedGradient::all;
  const size_t wanted = static_cast<size_t>(images * o.shape.size()) + kernel_slack();
  if (part.clipped.size() < wanted) part.clipped.resize(wanted);
  for (int split = 0; split < layer->row_splits(); ++split) {
    layer->clip_gradient(operand, split, mode, x, dy, images, Network::noise_key(step_key, o.node),
                         part.first_image, part.scratch.data(), part.clipped.data());
    layer->add_split_gradient(operand, split, x, part.clipped.data(), images, part.gradient_written[node],
                              part.scratch.data(), part.gradient_targets[node]);
    if (dx)
      layer->backward_split(operand, split, part.clipped.data(), images, !event.first[0] || split > 0,
                            part.scratch.data(), dx);
  }
  part.gradient_written[node] = true;
}

}  // namespace mho
