// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export_onnx.hpp"

#include <fmt/format.h>

#include <set>

#include "core/chip/export_json.hpp"
#include "core/chip/links.hpp"
#include "core/chip/onnx_file.hpp"

namespace mho {
namespace {

std::vector<float> plain(const FloatBuffer& values) { return {values.begin(), values.end()}; }

/// Rows (kernel row, kernel column, input channel of the group) x output channels -> [output channel, input
/// channel, kernel row, kernel column].
std::vector<float> convolution_weights(const FloatBuffer& weight, const Conv2d& conv, int inputs) {
  const int taps = conv.kernel_height * conv.kernel_width;
  std::vector<float> turned(weight.size());
  for (int tap = 0; tap < taps; ++tap)
    for (int input = 0; input < inputs; ++input)
      for (int output = 0; output < conv.out_channels; ++output) {
        const auto from = (std::int64_t{tap} * inputs + input) * conv.out_channels + output;
        const auto to = (std::int64_t{output} * inputs + input) * taps + tap;
        turned[static_cast<size_t>(to)] = weight[static_cast<size_t>(from)];
      }
  return turned;
}

std::vector<std::int64_t> pads(const Padding& padding) {
  return {padding.top, padding.left, padding.bottom, padding.right};
}

/// ONNX keeps images channels first: the graph turns them at its input and before a dense layer.
class OnnxWriter {
 public:
  OnnxWriter(const ChipExport& what, const LayerTargets& targets)
      : what_(what),
        targets_(targets),
        flow_(find_data_flow(what.architecture, what.chip, what.mapping.blocks)),
        file_(what.architecture.name()) {}

  std::string write() {
    const Shape input = what_.architecture.input();
    file_.add_input("input", {-1, input.height, input.width, input.channels});
    file_.add_node(tensors_of_input(), "Transpose", {"input"},
                   {OnnxFile::attribute("perm", std::vector<std::int64_t>{0, 3, 1, 2})});
    file_.add_tensor("axes.pixels", {2, 3});
    const int loss = static_cast<int>(what_.architecture.nodes().size()) - 1;
    for (int node = 1; node < loss; ++node) add(node);
    file_.add_node("logits", "Flatten", {name_of(node_at(loss).inputs.front())});
    file_.add_output("logits", {-1, what_.architecture.classes()});
    return file_.write({{"mho.format", chip_format}, {"mho.chip", what_.chip.name}});
  }

 private:
  using Inputs = std::vector<std::string>;
  using Attributes = std::vector<ProtobufMessage>;

  const Node& node_at(int node) const { return what_.architecture.nodes()[static_cast<size_t>(node)]; }
  static std::string tensors_of_input() { return "input.channels_first"; }
  std::string name_of(int node) const {
    return node == 0 ? tensors_of_input() : "layer." + node_at(node).name;
  }
  const LayerParameters& parameters_of(int node) const { return what_.parameters[static_cast<size_t>(node)]; }

  Inputs inputs_of(int node) const {
    Inputs inputs;
    for (const int input : node_at(node).inputs) inputs.push_back(name_of(input));
    return inputs;
  }

  /// A tensor of this layer; its name.
  std::string tensor(int node, const char* what, std::vector<std::int64_t> shape, std::vector<float> values) {
    const std::string name = node_at(node).name + "." + what;
    file_.add_tensor(name, shape, values);
    return name;
  }
  std::string channels(int node, const char* what, const FloatBuffer& values) {
    return tensor(node, what, {std::ssize(values)}, plain(values));
  }

  OnnxFile::Properties properties_of(int node) const {
    std::set<int> cores;
    std::vector<std::string> tiles;
    for (const Home& home : flow_.homes[static_cast<size_t>(node)]) cores.insert(home.core);
    for (size_t i = 0; i < what_.mapping.blocks.size(); ++i) {
      const Block& block = what_.mapping.blocks[i];
      if (block.node != node) continue;
      cores.insert(block.core);
      tiles.push_back(fmt::format(R"({{"block":{},"core":{},"row_split":{},"column":{},"replica":{}}})", i,
                                  block.core, block.row_split, block.extent.column, block.replica));
    }
    OnnxFile::Properties properties = {{"mho.cores", fmt::format("{}", fmt::join(cores, ","))}};
    const auto layer = targets_.find(node);
    if (layer == targets_.end()) return properties;
    properties.emplace_back("mho.tiles", fmt::format("[{}]", fmt::join(tiles, ",")));
    properties.emplace_back("mho.input_range", fmt::format("{}", parameters_of(node).input_range));
    properties.emplace_back("mho.weight_scales", fmt::format("{}", fmt::join(layer->second.scales, ",")));
    return properties;
  }

  void add_as(int node, const char* kind, const Inputs& inputs, const Attributes& attributes = {}) {
    file_.add_node(name_of(node), kind, inputs, attributes, properties_of(node));
  }

  void add(int node) {
    const Layer& layer = node_at(node).layer;
    if (const auto* conv = std::get_if<Conv2d>(&layer)) return add_convolution(node, *conv);
    if (std::holds_alternative<Dense>(layer)) return add_dense(node);
    if (const auto* norm = std::get_if<BatchNorm>(&layer)) return add_norm(node, *norm);
    if (const auto* pool = std::get_if<Pool>(&layer)) return add_pool(node, *pool);
    if (std::holds_alternative<Relu>(layer)) return add_as(node, "Relu", inputs_of(node));
    if (std::holds_alternative<GlobalAveragePool>(layer))
      return add_as(node, "GlobalAveragePool", inputs_of(node));
    if (std::holds_alternative<Concat>(layer))
      return add_as(node, "Concat", inputs_of(node), {OnnxFile::attribute("axis", std::int64_t{1})});
    add_as(node, "Sum", inputs_of(node));  // of two or more
  }

  void add_convolution(int node, const Conv2d& conv) {
    const int group_inputs = node_at(node_at(node).inputs.front()).shape.channels / conv.groups;
    Inputs inputs = inputs_of(node);
    inputs.push_back(tensor(node, "weight",
                            {conv.out_channels, group_inputs, conv.kernel_height, conv.kernel_width},
                            convolution_weights(parameters_of(node).weight, conv, group_inputs)));
    if (conv.bias) inputs.push_back(channels(node, "bias", parameters_of(node).bias));
    add_as(node, "Conv", inputs,
           {OnnxFile::attribute("group", std::int64_t{conv.groups}),
            OnnxFile::attribute("kernel_shape", {conv.kernel_height, conv.kernel_width}),
            OnnxFile::attribute("strides", {conv.stride_height, conv.stride_width}),
            OnnxFile::attribute("pads", pads(conv.padding))});
  }

  void add_dense(int node) {
    const Shape input = node_at(node_at(node).inputs.front()).shape;
    const std::string name = name_of(node);
    std::string from = inputs_of(node).front();
    if (input.height * input.width > 1) {
      file_.add_node(name + ".channels_last", "Transpose", {from},
                     {OnnxFile::attribute("perm", std::vector<std::int64_t>{0, 2, 3, 1})});
      from = name + ".channels_last";
    }
    file_.add_node(name + ".flat", "Flatten", {from});
    Inputs inputs = {name + ".flat", tensor(node, "weight", {input.size(), node_at(node).shape.channels},
                                            plain(parameters_of(node).weight))};
    if (!parameters_of(node).bias.empty()) inputs.push_back(channels(node, "bias", parameters_of(node).bias));
    file_.add_node(name + ".product", "Gemm", inputs, {}, properties_of(node));
    file_.add_node(name, "Unsqueeze", {name + ".product", "axes.pixels"});
  }

  void add_norm(int node, const BatchNorm& norm) {
    const LayerParameters& own = parameters_of(node);
    add_as(node, "BatchNormalization",
           {inputs_of(node).front(), channels(node, "gamma", own.gamma), channels(node, "beta", own.beta),
            channels(node, "running_mean", own.running_mean),
            channels(node, "running_variance", own.running_variance)},
           {OnnxFile::attribute("epsilon", static_cast<float>(norm.epsilon))});
  }

  void add_pool(int node, const Pool& pool) {
    add_as(node, pool.kind == Pool::Kind::max ? "MaxPool" : "AveragePool", inputs_of(node),
           {OnnxFile::attribute("kernel_shape", {pool.kernel_height, pool.kernel_width}),
            OnnxFile::attribute("strides", {pool.stride_height, pool.stride_width}),
            OnnxFile::attribute("pads", pads(pool.padding))});
  }

  const ChipExport& what_;
  const LayerTargets& targets_;
  DataFlow flow_;
  OnnxFile file_;
};

}  // namespace

std::string network_onnx(const ChipExport& what, const LayerTargets& targets) {
  return OnnxWriter(what, targets).write();
}

}  // namespace mho
