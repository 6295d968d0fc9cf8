// SPDX-License-Identifier: Apache-2.0
#include "core/chip/simulate/digital_layers.hpp"

#include <algorithm>
#include <numeric>

namespace mho {

DigitalLayers::DigitalLayers(const Architecture& architecture, const Parameters& parameters)
    : parameters_(parameters), layers_(architecture.nodes().size()) {
  std::size_t scratch = 0;
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
    scratch = std::max(scratch, layer.compute->scratch_size());
  }
  scratch_.resize(scratch + kernel_slack());
}

ForwardCall DigitalLayers::call_of(int node, const std::vector<float*>& inputs, float* y) {
  const Layer& layer = layers_[static_cast<size_t>(node)];
  order_.resize(inputs.size());
  std::iota(order_.begin(), order_.end(), 0);
  return {.x = {inputs, order_},
          .y = y,
          .images = 1,
          .parameters = parameters_[static_cast<size_t>(node)],
          .operand = &layer.operand,
          .affine = &layer.affine,
          .scratch = scratch_.data()};
}

void DigitalLayers::run(int node, const std::vector<float*>& inputs, float* y) {
  layers_[static_cast<size_t>(node)].compute->forward(call_of(node, inputs, y));
}

void DigitalLayers::run_pixels(int node, const std::vector<float*>& inputs, std::int64_t pixels, float* y) {
  layers_[static_cast<size_t>(node)].compute->forward_pixels(call_of(node, inputs, y), pixels);
}

}  // namespace mho
