// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/digital_layers.hpp"

#include <algorithm>
#include <numeric>

namespace mho {

DigitalLayers::DigitalLayers(const Architecture& architecture, const Parameters& parameters)
    : parameters_(parameters), layers_(architecture.nodes().size()) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Node& node = architecture.nodes()[i];
    const auto place = node.on_chip.place;
    if (place != OnChip::Place::window && place != OnChip::Place::elementwise &&
        place != OnChip::Place::digital_matrix)
      continue;
    Layer& layer = layers_[i];
    layer.compute = make_operator({architecture, static_cast<int>(i), {}});
    if (const auto* matrix = layer.compute->matrix())
      matrix->pack_forward(parameters[i].weight.data(), layer.operand.forward);
    if (auto affine = channel_affine(node.layer, parameters[i])) layer.affine = std::move(*affine);
    layer.order.resize(node.inputs.size());
    std::iota(layer.order.begin(), layer.order.end(), 0);
    scratch_size_ = std::max(scratch_size_, layer.compute->scratch_size());
  }
  scratch_size_ += kernel_slack();
}

ForwardCall DigitalLayers::call_of(int node, int images, const Call& call) const {
  const Layer& layer = layers_[static_cast<size_t>(node)];
  return {.x = {call.inputs, layer.order},
          .y = call.y,
          .images = images,
          .parameters = parameters_[static_cast<size_t>(node)],
          .operand = &layer.operand,
          .affine = &layer.affine,
          .scratch = call.scratch};
}

void DigitalLayers::run(int node, int images, const Call& call) const {
  layers_[static_cast<size_t>(node)].compute->forward(call_of(node, images, call));
}

void DigitalLayers::run_pixels(int node, std::int64_t pixels, const Call& call) const {
  layers_[static_cast<size_t>(node)].compute->forward_pixels(call_of(node, 1, call), pixels);
}

}  // namespace mho
