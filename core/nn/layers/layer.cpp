// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/layer.hpp"

#include <fmt/format.h>

#include "core/nn/graph/architecture.hpp"

namespace mho {
namespace {

template <class Kind>
std::vector<Kind> forms_of() {
  if constexpr (requires { Kind::forms(); })
    return Kind::forms();
  else
    return {Kind{}};
}

template <class... Kinds>
std::vector<Layer> all_forms(const std::variant<Kinds...>*) {
  std::vector<Layer> layers;
  (
      [&] {
        for (auto& form : forms_of<Kinds>()) layers.emplace_back(form);
      }(),
      ...);
  std::erase_if(layers, [](const Layer& layer) { return std::holds_alternative<Input>(layer); });
  return layers;
}

/// The counts that follow from a kind's own.
void complete(LayerFacts& facts, const LayerSite& site) {
  check_shape(facts.shape, site.where);
  const MatrixShape& matrix = facts.matrix;
  facts.weights = std::int64_t{1} * matrix.rows * matrix.columns * matrix.groups;
  site.check_range("number of weights", facts.weights, 0, largest_weights);
  const double macs = static_cast<double>(facts.weights) * static_cast<double>(matrix.products);
  if (macs > static_cast<double>(largest_macs))
    site.refuse(
        fmt::format("too many multiply-accumulates: expected at most {}, got {:g}", largest_macs, macs));
  facts.macs = facts.weights * matrix.products;
  facts.parameters = facts.weights;
  for (const ChannelTensor& tensor : facts.tensors)
    if (tensor.trained) facts.parameters += tensor_numbers(facts.matrix, facts.shape);
}

}  // namespace

std::string layer_name(const Layer& layer) {
  return std::visit([](const auto& kind) { return std::string(kind.name()); }, layer);
}

const std::vector<Layer>& known_layers() {
  static const std::vector<Layer> layers = all_forms(static_cast<const Layer*>(nullptr));
  return layers;
}

void visit_attributes(Layer& layer, LayerAttributes& visitor) {
  std::visit([&](auto& kind) { kind.attributes(visitor); }, layer);
}

LayerFacts infer(Layer& layer, const std::vector<Shape>& inputs, const std::string& where) {
  const LayerSite site{inputs, where};
  LayerFacts facts = std::visit([&](auto& kind) { return kind.infer(site); }, layer);
  complete(facts, site);
  return facts;
}

void start_layer(const Layer& layer, LayerParameters& parameters, Shape input) {
  std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.start(parameters, input); }) kind.start(parameters, input);
      },
      layer);
}

std::unique_ptr<Operator> make_operator(const OperatorSite& site) {
  const Layer& layer = site.architecture.nodes()[static_cast<size_t>(site.node)].layer;
  return std::visit([&](const auto& kind) { return kind.make_operator(site); }, layer);
}

std::optional<ChannelAffine> channel_affine(const Layer& layer, const LayerParameters& parameters) {
  return std::visit(
      [&](const auto& kind) -> std::optional<ChannelAffine> {
        if constexpr (requires { kind.affine(parameters); })
          return kind.affine(parameters);
        else
          return std::nullopt;
      },
      layer);
}

OnnxNode onnx_node(const Layer& layer, const LayerParameters& parameters, Shape input) {
  return std::visit([&](const auto& kind) { return kind.onnx(parameters, input); }, layer);
}

}  // namespace mho
