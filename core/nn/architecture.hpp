// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace mho {

/// One sample's activation: height x width x channels, stored row-major with channels innermost (NHWC).
struct Shape {
  int height = 1;
  int width = 1;
  int channels = 1;
  std::int64_t size() const { return std::int64_t{1} * height * width * channels; }
  bool operator==(const Shape&) const = default;
};

/// "32x32x3"
std::string to_string(const Shape& shape);

/// Zeros around an image, in pixels.
struct Padding {
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  bool operator==(const Padding&) const = default;
};

/// Padding of TensorFlow's "same": output = ceil(input / stride), the odd pixel at the bottom and right.
Padding same_padding(Shape input, int kernel_height, int kernel_width, int stride_height, int stride_width);

/// Convolution; `groups == in_channels` makes it depthwise. With `same` the padding follows from the input
/// shape and `padding` is filled in when the architecture is built.
struct Conv2d {
  int out_channels = 1;
  int kernel_height = 3;
  int kernel_width = 3;
  int stride_height = 1;
  int stride_width = 1;
  bool same = true;
  Padding padding{};
  int groups = 1;
  bool bias = false;
  bool operator==(const Conv2d&) const = default;
};

/// Fully connected; flattens whatever comes in (row-major, channels innermost).
struct Dense {
  int out_features = 1;
  bool bias = true;
  bool operator==(const Dense&) const = default;
};

/// Batch normalisation over images and pixels, per channel, digital: gamma, beta, running mean and variance.
struct BatchNorm {
  double epsilon = 1e-5;
  bool operator==(const BatchNorm&) const = default;
};

struct Relu {
  bool operator==(const Relu&) const = default;
};

/// Max or average pooling; the average counts only real pixels, not padding.
struct Pool {
  enum class Kind { max, average };
  Kind kind = Kind::max;
  int kernel_height = 2;
  int kernel_width = 2;
  int stride_height = 2;
  int stride_width = 2;
  bool same = false;
  Padding padding{};
  bool operator==(const Pool&) const = default;
};

/// Mean over all pixels: 1 x 1 x channels.
struct GlobalAveragePool {
  bool operator==(const GlobalAveragePool&) const = default;
};

/// Sum of two or more inputs of one shape.
struct Add {
  bool operator==(const Add&) const = default;
};

/// Inputs of one height and width, their channels one after the other.
struct Concat {
  bool operator==(const Concat&) const = default;
};

/// The end of a classifier: softmax cross-entropy loss over 1 x 1 x classes logits.
struct SoftmaxCrossEntropy {
  bool operator==(const SoftmaxCrossEntropy&) const = default;
};

/// The image that comes in; its shape is the architecture's input shape.
struct Input {
  bool operator==(const Input&) const = default;
};

using Layer = std::variant<Input, Conv2d, Dense, BatchNorm, Relu, Pool, GlobalAveragePool, Add, Concat,
                           SoftmaxCrossEntropy>;

/// The JSON name of a layer kind: "conv2d", "dense", "batch_norm", "relu", "max_pool", "average_pool", ...
std::string layer_name(const Layer& layer);

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
};

/// The matrix that a convolution or dense layer puts on crossbars: rows x columns for each group, and the
/// number of matrix-vector products for one image. Rows run over (kernel row, kernel column, input channel of
/// the group), columns over the output channels of the group.
struct MatrixShape {
  int rows = 0;
  int columns = 0;
  int groups = 1;
  std::int64_t products = 0;
  int taps = 1;  ///< kernel positions: rows are taps x input channels of the group
};

/// A checked, immutable layer graph: nodes in topological order, shapes known, parameters and MACs counted
/// without building a weight.
class Architecture {
 public:
  /// Sorts (Boost.Graph), infers shapes and counts. The graph must have one SoftmaxCrossEntropy, which is its
  /// only end. Layers keep their declared order as far as their inputs allow it. Names are printable ASCII, a
  /// layer's 1 to 200 characters long and not "input". With `same` a declared padding is ignored.
  /// Throws ArchitectureError naming the node: duplicate name, unknown or missing input, cycle, shape
  /// mismatch, an attribute out of range, a window larger than its padded image, groups that do not divide
  /// the channels, dead ends, fewer than 2 classes, counts beyond the limits of core/nn/layer_facts.hpp.
  Architecture(std::string name, Shape input, const std::vector<LayerDeclaration>& layers);

  const std::string& name() const { return name_; }
  Shape input() const { return nodes_.front().shape; }
  int classes() const { return nodes_.back().shape.channels; }
  /// nodes()[0] is the input, the last one is the loss; the logits are the loss's input.
  const std::vector<Node>& nodes() const { return nodes_; }
  std::int64_t parameters() const;
  std::int64_t weights() const;
  std::int64_t macs() const;
  /// The graph again as declarations, in topological order (for JSON and for rebuilding on another input).
  std::vector<LayerDeclaration> declarations() const;

 private:
  std::string name_;
  std::vector<Node> nodes_;
};

/// The matrix of node `index`; rows == 0 for layers without weights on a crossbar.
MatrixShape matrix_shape(const Architecture& architecture, int index);

/// Whether the node is a depthwise or grouped convolution, which stays digital on the chip.
bool is_grouped(const Node& node);

}  // namespace mho
