// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/nn/layers/layer.hpp"

namespace mho {

/// A layer as it is declared, before the graph is checked: inputs by name ("input" is the image).
struct LayerDeclaration {
  std::string name;
  Layer layer;
  std::vector<std::string> inputs;
  bool operator==(const LayerDeclaration&) const = default;
};

/// A layer of a checked graph.
struct Node {
  std::string name;
  Layer layer;                  ///< `same` paddings resolved into `padding`
  std::vector<int> inputs;      ///< indices into Architecture::nodes(), all smaller than this node's own
  Shape shape;                  ///< of the output
  std::int64_t parameters = 0;  ///< trainable numbers: weights, biases, gamma and beta
  std::int64_t weights = 0;     ///< those of them in a weight matrix
  std::int64_t macs = 0;        ///< multiply-accumulates for one image
  MatrixShape matrix{};         ///< rows == 0 without weights
  std::vector<ChannelTensor> tensors{};  ///< its numbers besides the matrix
  Running running{};
  OnChip on_chip{};
};

/// What an image's raw numbers go through before the first layer, a channel: (raw - mean) /
/// standard_deviation.
struct Preprocessing {
  std::vector<double> mean;
  std::vector<double> standard_deviation;
  bool operator==(const Preprocessing&) const = default;
};

/// A checked, immutable layer graph: nodes in topological order, shapes known, parameters and MACs counted
/// without building a weight.
class Architecture {
 public:
  /// Sorts (Boost.Graph), infers shapes and counts. The graph must have one Output, which is its only end.
  /// Layers keep their declared order as far as their inputs allow it. Names are printable ASCII, a layer's 1
  /// to 200 characters long and not "input". With `same` a declared padding is ignored. Throws
  /// ArchitectureError naming the node: duplicate name, unknown or missing input, cycle, shape mismatch, an
  /// attribute out of range, a window larger than its padded image, groups that do not divide the channels,
  /// dead ends, counts beyond the limits of core/nn/graph/layer_facts.hpp.
  Architecture(std::string name, Shape input, const std::vector<LayerDeclaration>& layers);

  const std::string& name() const { return name_; }
  Shape input() const { return nodes_.front().shape; }
  /// Numbers that leave the network at every step: scores of classes, or values.
  int classes() const { return nodes_.back().shape.channels; }
  /// Steps that they leave it at; 1 of most networks.
  int output_steps() const { return nodes_.back().shape.height; }
  /// All numbers that leave the network for one image: output_steps() x classes().
  std::int64_t outputs() const { return nodes_.back().shape.size(); }
  /// nodes()[0] is the input, the last one is the output, whose input is the scores.
  const std::vector<Node>& nodes() const { return nodes_; }
  std::int64_t parameters() const;
  std::int64_t weights() const;
  std::int64_t macs() const;
  /// The graph again as declarations, in topological order (for JSON and for rebuilding on another input).
  std::vector<LayerDeclaration> declarations() const;

  /// What the network's images were preprocessed with when it was trained, where that is known.
  const std::optional<Preprocessing>& preprocessing() const { return preprocessing_; }
  /// The same graph with this preprocessing. Throws ArchitectureError unless it has a finite mean and a
  /// finite deviation above 0 for each channel of the input.
  Architecture with_preprocessing(const Preprocessing& preprocessing) const;

  /// The same graph with exactly these matrices in digital units and all others on crossbars: what becomes of
  /// hardware.digital_layers. Grouped convolutions, which are digital anyway, may be among them. Throws
  /// ArchitectureError for a name that is no layer's or no conv2d's or dense layer's.
  Architecture with_digital_layers(const std::vector<std::string>& names) const;

 private:
  std::string name_;
  std::optional<Preprocessing> preprocessing_;
  std::vector<Node> nodes_;
};

/// The matrix of node `index`; rows == 0 for layers without weights.
MatrixShape matrix_shape(const Architecture& architecture, int index);

/// Whether the node is a depthwise or grouped convolution, which stays digital on the chip.
bool is_grouped(const Node& node);

}  // namespace mho
