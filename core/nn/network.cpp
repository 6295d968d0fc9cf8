// SPDX-License-Identifier: Apache-2.0
#include "core/nn/network.hpp"

#include <algorithm>
#include <limits>

#include "core/nn/pooling.hpp"

namespace mho {

Network::Network(Architecture architecture, const std::vector<MvmSettings>& settings)
    : architecture_(std::move(architecture)), plan_(architecture_), layers_(architecture_.nodes().size()) {
  for (const auto& op : plan_.operations) {
    const auto node = static_cast<size_t>(op.node);
    scratch_size_ = std::max(scratch_size_, static_cast<size_t>(op.shape.size()));
    if (op.kind == Operation::Kind::matrix) {
      layers_[node].emplace(architecture_, op.node, settings.empty() ? MvmSettings{} : settings[node]);
      scratch_size_ = std::max(scratch_size_, layers_[node]->scratch_size());
    }
    if (op.kind == Operation::Kind::depthwise)
      scratch_size_ =
          std::max(scratch_size_, DepthwiseLayer(geometry_of(architecture_, op.node)).scratch_size());
  }
  scratch_size_ += kernel_slack();
}

const MatrixLayer* Network::matrix(int node) const {
  const auto& layer = layers_[static_cast<size_t>(node)];
  return layer ? &*layer : nullptr;
}

bool Network::needs_input_gradient(int node) const {
  return architecture_.nodes()[static_cast<size_t>(node)].inputs.front() != 0;
}

Operands Network::digital_operands(const Parameters& parameters, bool for_training) const {
  Operands operands;
  digital_operands(parameters, for_training, operands);
  return operands;
}

void Network::digital_operands(const Parameters& parameters, bool for_training, Operands& operands) const {
  operands.resize(layers_.size());
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (!layers_[i]) continue;
    layers_[i]->pack_forward(parameters[i].weight.data(), operands[i].forward);
    operands[i].scales.clear();
    operands[i].input_range = 0;
    operands[i].output_gain = 1;
    operands[i].product = nullptr;
    operands[i].learns_range = false;
    operands[i].product = nullptr;
    operands[i].learns_range = false;
    if (for_training && needs_input_gradient(static_cast<int>(i))) layers_[i]->pack_backward(operands[i]);
  }
}

void Network::forward_depthwise(const Operation& op, const LayerParameters& own, const float* x, int images,
                                float* scratch, float* y) const {
  const auto geometry = geometry_of(architecture_, op.node);
  const DepthwiseLayer layer(geometry);
  for (int i = 0; i < images; ++i, x += geometry.input.size()) {
    layer.forward(x, own.weight.data(), scratch, y);
    for (std::int64_t p = 0; p < op.shape.size(); p += op.shape.channels, y += op.shape.channels)
      for (size_t c = 0; c < own.bias.size(); ++c) y[c] += own.bias[c];
  }
}

void Network::forward_pool(const Operation& op, Shape input, const float* x, int images, float* y) const {
  const auto layer = pooling_of(node_of(op).layer, input, op.shape);
  for (int i = 0; i < images; ++i, x += input.size(), y += op.shape.size())
    (layer.maximum ? kernels().max_pool : kernels().average_pool)(layer.loops, x, y);
}

void Network::forward_add(const Operation& op, const std::vector<float*>& values, std::int64_t count,
                          float* y) const {
  std::copy_n(values[static_cast<size_t>(op.inputs[0])], count, y);
  for (size_t k = 1; k < op.inputs.size(); ++k)
    kernels().add(values[static_cast<size_t>(op.inputs[k])], static_cast<size_t>(count), y);
  if (op.relu) kernels().relu(y, static_cast<size_t>(count), y);
}

void Network::forward_concat(const Operation& op, const std::vector<float*>& values, std::int64_t pixels,
                             float* y) const {
  for (const int input : op.inputs) {
    const int channels = plan_.operations[static_cast<size_t>(input)].shape.channels;
    const float* x = values[static_cast<size_t>(input)];
    for (std::int64_t p = 0; p < pixels; ++p)
      std::copy_n(x + p * channels, channels, y + p * op.shape.channels);
    y += channels;
  }
}

std::uint64_t Network::noise_key(RandomKey key, int node) {
  return key.with("output noise", static_cast<std::uint64_t>(node)).value();
}

void Network::forward_operation(int index, const Parameters& parameters, const Operands& operands,
                                const Values& values, int images) const {
  const Operation& op = plan_.operations[static_cast<size_t>(index)];
  const auto& own = parameters[static_cast<size_t>(op.node)];
  if (op.inputs.empty()) return;  // the network's input
  const float* x = values.pointers[static_cast<size_t>(op.inputs[0])];
  float* y = values.pointers[static_cast<size_t>(index)];
  const std::int64_t count = images * op.shape.size(), pixels = count / op.shape.channels;
  switch (op.kind) {
    case Operation::Kind::matrix:
      matrix(op.node)->forward(operands[static_cast<size_t>(op.node)],
                               own.bias.empty() ? nullptr : own.bias.data(), x, images,
                               noise_key(values.key, op.node), values.first_image, values.scratch, y);
      break;
    case Operation::Kind::depthwise:
      forward_depthwise(op, own, x, images, values.scratch, y);
      break;
    case Operation::Kind::normalise: {
      const auto& affine = values.affines[static_cast<size_t>(index)];
      const float floor = op.relu ? 0.0f : -std::numeric_limits<float>::infinity();
      kernels().affine(
          x, static_cast<int>(pixels), op.shape.channels, affine.scale.data(), affine.shift.data(),
          op.inputs.size() > 1 ? values.pointers[static_cast<size_t>(op.inputs[1])] : nullptr, floor, y);
      break;
    }
    case Operation::Kind::relu:
      kernels().relu(x, static_cast<size_t>(count), y);
      break;
    case Operation::Kind::pool:
    case Operation::Kind::global_pool:
      forward_pool(op, plan_.operations[static_cast<size_t>(op.inputs[0])].shape, x, images, y);
      break;
    case Operation::Kind::add:
      forward_add(op, values.pointers, count, y);
      break;
    case Operation::Kind::concat:
      forward_concat(op, values.pointers, pixels, y);
      break;
    case Operation::Kind::input:
    case Operation::Kind::loss:
      break;
  }
}

}  // namespace mho
