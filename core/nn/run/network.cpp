// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/network.hpp"

#include <algorithm>

#include "core/nn/run/carried_states.hpp"
#include "core/nn/run/kept_values.hpp"

namespace mho {

Network::Network(Architecture architecture, const std::vector<MvmSettings>& settings)
    : architecture_(std::move(architecture)),
      plan_(architecture_),
      matrices_(architecture_.nodes().size(), nullptr) {
  for (const auto& op : plan_.operations) {
    const auto node = static_cast<size_t>(op.node);
    const MvmSettings converters = settings.empty() ? MvmSettings{} : settings[node];
    operators_.push_back(make_operator({architecture_, op.node, converters, op.relu}));
    scratch_size_ = std::max(scratch_size_, static_cast<size_t>(op.shape.size()));
    if (!operators_.back()) continue;
    matrices_[node] = operators_.back()->matrix();
    scratch_size_ = std::max(scratch_size_, operators_.back()->scratch_size());
  }
  scratch_size_ += kernel_slack();
}

const MatrixLayer* Network::matrix(int node) const { return matrices_[static_cast<size_t>(node)]; }

bool Network::needs_input_gradient(int node) const {
  const Node& here = architecture_.nodes()[static_cast<size_t>(node)];
  return here.inputs.front() != 0 || here.running.cell;
}

Operands Network::digital_operands(const Parameters& parameters, bool for_training) const {
  Operands operands;
  digital_operands(parameters, for_training, operands);
  return operands;
}

void Network::digital_operands(const Parameters& parameters, bool for_training, Operands& operands,
                               Arithmetic arithmetic) const {
  operands.resize(matrices_.size());
  for (size_t i = 0; i < matrices_.size(); ++i) {
    if (!matrices_[i]) continue;
    matrices_[i]->pack_forward(parameters[i].weight.data(), operands[i].forward);
    operands[i].scales.clear();
    operands[i].input_range = 0;
    operands[i].output_gain = 1;
    operands[i].product = nullptr;
    operands[i].learns_range = false;
    if (for_training && needs_input_gradient(static_cast<int>(i))) matrices_[i]->pack_backward(operands[i]);
    if (arithmetic == Arithmetic::bfloat16) matrices_[i]->round_for_training(operands[i]);
  }
}

std::uint64_t Network::noise_key(RandomKey key, int node) {
  return key.with("output noise", static_cast<std::uint64_t>(node)).value();
}

void Network::forward_operation(int index, const Parameters& parameters, const Operands& operands,
                                const Values& values, int images) const {
  const auto k = static_cast<size_t>(index);
  const Operation& op = plan_.operations[k];
  const auto node = static_cast<size_t>(op.node);
  if (!operators_[k]) return;
  const bool matrix = matrices_[node] != nullptr;
  const bool draws = matrix || (values.training && node_of(op).running.drops);
  operators_[k]->forward(
      {.x = {values.pointers, op.inputs},
       .y = values.pointers[k],
       .images = images,
       .parameters = parameters[node],
       .operand = matrix ? &operands[node] : nullptr,
       .affine = &values.affines[k],
       .scratch = values.scratch,
       .noise_key = draws ? noise_key(values.key, op.node) : 0,
       .first_image = values.first_image,
       .start = values.carried ? values.carried->start(index, values.first_image) : nullptr,
       .end = values.carried ? values.carried->end(index, values.first_image) : nullptr,
       .kept = values.kept ? values.kept->at(index, values.first_image) : nullptr,
       .x_halves = values.halves ? (*values.halves)[static_cast<size_t>(op.inputs[0])] : nullptr});
}

}  // namespace mho
