// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/architecture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/nn/graph/layer_order.hpp"

namespace mho {
namespace {

constexpr int image = -1;               // position of the image among the declarations
constexpr size_t most_layers = 10'000;  // keeps the sums over layers within 64 bits
constexpr size_t longest_name = 200;

using Declarations = std::vector<LayerDeclaration>;

std::string layer_where(const std::string& where, const LayerDeclaration& declaration) {
  return fmt::format("{}, layer '{}' ({})", where, declaration.name, layer_name(declaration.layer));
}

std::string names(const Declarations& layers, const std::vector<int>& which) {
  std::vector<std::string> words;
  for (const int i : which) words.push_back("'" + layers[static_cast<size_t>(i)].name + "'");
  return join(words);
}

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void check_name(const std::string& where, const LayerDeclaration& declaration, size_t number) {
  const std::string& name = declaration.name;
  if (name.empty() || name.size() > longest_name || !is_printable(name))
    throw ArchitectureError(
        fmt::format("{}, layer {}: impossible name: expected 1 to {} printable ASCII characters", where,
                    number + 1, longest_name));
  if (name == "input")
    throw ArchitectureError(where +
                            ", layer 'input': name taken: expected another name, 'input' is the image");
}

/// Position of every layer by name.
std::unordered_map<std::string, int> index_names(const std::string& where, const Declarations& layers) {
  if (layers.size() > most_layers)
    throw ArchitectureError(
        fmt::format("{}: too many layers: expected at most {}, got {}", where, most_layers, layers.size()));
  std::unordered_map<std::string, int> positions{{"input", image}};
  for (size_t i = 0; i < layers.size(); ++i) {
    check_name(where, layers[i], i);
    if (!positions.emplace(layers[i].name, static_cast<int>(i)).second)
      throw ArchitectureError(
          fmt::format("{}: duplicate name: expected one layer named '{}', got two", where, layers[i].name));
  }
  return positions;
}

/// The inputs of every layer, by position.
std::vector<std::vector<int>> resolve_inputs(const std::string& where, const Declarations& layers) {
  const auto positions = index_names(where, layers);
  std::vector<std::string> known{"input"};
  for (const auto& layer : layers) known.push_back(layer.name);
  std::vector<std::vector<int>> inputs;
  for (const auto& layer : layers) {
    auto& resolved = inputs.emplace_back();
    if (layer.inputs.empty())
      throw ArchitectureError(layer_where(where, layer) +
                              ": missing input: expected a layer's name or 'input', got none");
    for (const auto& name : layer.inputs) {
      const auto found = positions.find(name);
      if (found == positions.end())
        throw ArchitectureError(
            fmt::format("{}: unknown input: expected a layer's name or 'input', got '{}'{}",
                        layer_where(where, layer), name, did_you_mean(name, known)));
      resolved.push_back(found->second);
    }
  }
  return inputs;
}

/// Positions in an order in which the layers can run.
std::vector<int> sorted(const std::string& where, const Declarations& layers,
                        std::vector<std::vector<int>> inputs) {
  for (auto& positions : inputs) std::erase(positions, image);
  LayerOrder result = sort_layers(inputs);
  if (!result.cycle.empty())
    throw ArchitectureError(
        fmt::format("{}: cycle: expected layers that can run one after the other, got layers that "
                    "wait for each other: {}",
                    where, names(layers, result.cycle)));
  return std::move(result.order);
}

/// One output, and everything else read by some layer. Without cycles this makes the output the last of any
/// order. Messages call it the loss, as files do.
void check_ends(const std::string& where, const Declarations& layers,
                const std::vector<std::vector<int>>& inputs) {
  std::vector<int> losses, dead;
  std::vector<bool> read(layers.size(), false);
  for (const auto& positions : inputs)
    for (const int position : positions)
      if (position != image) read[static_cast<size_t>(position)] = true;
  for (size_t i = 0; i < layers.size(); ++i) {
    const bool loss = std::holds_alternative<Output>(layers[i].layer);
    if (loss) losses.push_back(static_cast<int>(i));
    if (loss && read[i])
      throw ArchitectureError(layer_where(where, layers[i]) +
                              ": loss in the middle: expected no layer to read it");
    if (!loss && !read[i]) dead.push_back(static_cast<int>(i));
  }
  if (losses.size() != 1)
    throw ArchitectureError(
        fmt::format("{}: wrong end: expected one softmax_cross_entropy layer, got {}", where,
                    losses.empty() ? "none; ends: " + names(layers, dead) : names(layers, losses)));
  if (!dead.empty())
    throw ArchitectureError(fmt::format("{}: dead end: expected every layer to lead to the loss, got {}",
                                        where, names(layers, dead)));
}

Node make_node(const std::string& where, const LayerDeclaration& declaration, std::vector<int> inputs,
               const std::vector<Node>& nodes) {
  std::vector<Shape> shapes;
  for (const int input : inputs) shapes.push_back(nodes[static_cast<size_t>(input)].shape);
  Layer layer = declaration.layer;
  LayerFacts facts = infer(layer, shapes, layer_where(where, declaration));
  return {declaration.name,         layer,         std::move(inputs), facts.shape,
          facts.parameters,         facts.weights, facts.macs,        facts.matrix,
          std::move(facts.tensors), facts.running, facts.on_chip};
}

/// Takes back the padding that "same" was resolved into.
class ForgetPadding final : public LayerAttributes {
 public:
  void whole(const char*, int&, Presence) override {}
  void number(const char*, double&, Presence) override {}
  void flag(const char*, bool&, Presence) override {}
  void sides(const char*, int&, int&) override {}
  void padding(const char*, bool& same, Padding& padding) override {
    if (same) padding = {};
  }
};

/// A declaration's layer from a node's.
Layer declared(Layer layer) {
  ForgetPadding forget;
  visit_attributes(layer, forget);
  return layer;
}

std::int64_t total(const std::vector<Node>& nodes, std::int64_t Node::*count) {
  return std::accumulate(nodes.begin(), nodes.end(), std::int64_t{0},
                         [&](std::int64_t sum, const Node& node) { return sum + node.*count; });
}

}  // namespace

Architecture::Architecture(std::string name, Shape input, const Declarations& layers)
    : name_(std::move(name)) {
  if (name_.size() > longest_name || !is_printable(name_))
    throw ArchitectureError(fmt::format(
        "architecture: impossible name: expected at most {} printable ASCII characters", longest_name));
  const std::string where = "architecture '" + name_ + "'";
  check_shape(input, where + ", layer 'input'");
  auto inputs = resolve_inputs(where, layers);
  const auto order = sorted(where, layers, inputs);
  check_ends(where, layers, inputs);

  nodes_.push_back({.name = "input", .layer = Input{}, .inputs = {}, .shape = input});
  std::vector<int> node_of(layers.size());
  for (const int position : order) {
    const auto i = static_cast<size_t>(position);
    for (int& source : inputs[i]) source = source == image ? 0 : node_of[static_cast<size_t>(source)];
    node_of[i] = static_cast<int>(nodes_.size());
    nodes_.push_back(make_node(where, layers[i], inputs[i], nodes_));
  }
}

std::int64_t Architecture::parameters() const { return total(nodes_, &Node::parameters); }
std::int64_t Architecture::weights() const { return total(nodes_, &Node::weights); }
std::int64_t Architecture::macs() const { return total(nodes_, &Node::macs); }

std::vector<LayerDeclaration> Architecture::declarations() const {
  std::vector<LayerDeclaration> layers;
  for (auto node = nodes_.begin() + 1; node != nodes_.end(); ++node) {
    std::vector<std::string> inputs;
    for (const int input : node->inputs) inputs.push_back(nodes_[static_cast<size_t>(input)].name);
    layers.push_back({node->name, declared(node->layer), std::move(inputs)});
  }
  return layers;
}

Architecture Architecture::with_preprocessing(const Preprocessing& preprocessing) const {
  const auto check = [&](const char* what, const std::vector<double>& values, bool above_zero) {
    const auto channels = static_cast<size_t>(input().channels);
    const bool good = std::all_of(values.begin(), values.end(), [&](double value) {
      return std::isfinite(value) && (!above_zero || value > 0);
    });
    if (values.size() != channels || !good)
      throw ArchitectureError(
          fmt::format("architecture '{}': preprocessing: {}: expected a finite number{} for each of {} "
                      "channels, got [{}]",
                      name_, what, above_zero ? " above 0" : "", channels, fmt::join(values, ", ")));
  };
  check("mean", preprocessing.mean, false);
  check("standard_deviation", preprocessing.standard_deviation, true);
  Architecture copy = *this;
  copy.preprocessing_ = preprocessing;
  return copy;
}

Architecture Architecture::with_digital_layers(const std::vector<std::string>& names) const {
  Architecture copy = *this;
  std::vector<std::string> known;
  for (Node& node : copy.nodes_) {
    if (node.matrix.rows == 0) continue;
    known.push_back(node.name);
    if (is_grouped(node)) continue;
    const bool digital = std::find(names.begin(), names.end(), node.name) != names.end();
    node.on_chip.place = digital ? OnChip::Place::digital_matrix : OnChip::Place::crossbar;
  }
  for (const auto& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw ArchitectureError(fmt::format(
          "hardware.digital_layers: expected conv2d or dense layers of '{}', got '{}'{}; it has {}", name_,
          name, did_you_mean(name, known), mho::join(known)));
  return copy;
}

MatrixShape matrix_shape(const Architecture& architecture, int index) {
  return architecture.nodes().at(static_cast<size_t>(index)).matrix;
}

bool is_grouped(const Node& node) { return node.matrix.groups > 1; }

}  // namespace mho
