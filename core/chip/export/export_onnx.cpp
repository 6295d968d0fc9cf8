// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/export_onnx.hpp"

#include <fmt/format.h>

#include <set>

#include "core/chip/export/export_json.hpp"
#include "core/chip/export/onnx_file.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {
namespace {

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
    add_logits(name_of(node_at(loss).inputs.front()));
    OnnxFile::Properties properties = {
        {"mho.format", chip_format}, {"mho.chip", what_.chip.name}, {"mho.output", node_at(loss).name}};
    if (const auto& own = what_.architecture.preprocessing()) {
      properties.emplace_back("mho.input_mean", fmt::format("{}", fmt::join(own->mean, ",")));
      properties.emplace_back("mho.input_deviation",
                              fmt::format("{}", fmt::join(own->standard_deviation, ",")));
    }
    return file_.write(properties);
  }

 private:
  using Layout = OnnxNode::Layout;
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
    const LayerParameters& own = parameters_of(node);
    if (own.output_gain != 1) properties.emplace_back("mho.output_gain", fmt::format("{}", own.output_gain));
    if (!own.split_ranges.empty())
      properties.emplace_back("mho.split_ranges", fmt::format("{}", fmt::join(own.split_ranges, ",")));
    if (!own.column_scales.empty())
      properties.emplace_back("mho.column_scales", fmt::format("{}", fmt::join(own.column_scales, ",")));
    properties.emplace_back("mho.weight_scales", fmt::format("{}", fmt::join(layer->second.scales, ",")));
    return properties;
  }

  /// [images, classes], or [images, steps, classes].
  void add_logits(const std::string& scores) {
    const int steps = what_.architecture.output_steps(), classes = what_.architecture.classes();
    if (steps == 1) {
      file_.add_node("logits", "Flatten", {scores});
      return file_.add_output("logits", {-1, classes});
    }
    file_.add_tensor("logits.width", {3});
    file_.add_node("logits.classes_first", "Squeeze", {scores, "logits.width"});
    file_.add_node("logits", "Transpose", {"logits.classes_first"},
                   {OnnxFile::attribute("perm", std::vector<std::int64_t>{0, 2, 1})});
    file_.add_output("logits", {-1, steps, classes});
  }

  void add(int node) {
    const Node& here = node_at(node);
    const OnnxNode onnx = onnx_node(here.layer, parameters_of(node), node_at(here.inputs.front()).shape);
    Inputs inputs = inputs_of(node);
    if (onnx.layout == Layout::vectors) inputs = {flatten(node, inputs.front())};
    if (onnx.layout == Layout::steps) inputs = {steps_first(node, inputs.front())};
    for (const OnnxTensor& tensor : onnx.tensors) {
      inputs.push_back(here.name + "." + tensor.name);
      file_.add_tensor(inputs.back(), tensor.shape, tensor.values);
    }
    if (!onnx.indices.empty()) {
      inputs.push_back(here.name + ".indices");
      file_.add_tensor(inputs.back(), onnx.indices);
    }
    Attributes attributes;
    for (const auto& given : onnx.attributes)
      std::visit([&](const auto& value) { attributes.push_back(OnnxFile::attribute(given.name, value)); },
                 given.value);
    const std::string made = name_of(node) + made_as(onnx.layout);
    file_.add_node(made, onnx.type, inputs, attributes, properties_of(node));
    if (onnx.layout == Layout::vectors) file_.add_node(name_of(node), "Unsqueeze", {made, "axes.pixels"});
    if (onnx.layout == Layout::steps)
      file_.add_node(name_of(node), "Transpose", {made},
                     {OnnxFile::attribute("perm", std::vector<std::int64_t>{2, 3, 0, 1})});
    if (onnx.layout == Layout::symbols) {
      file_.add_tensor(made + ".axes", {2});
      file_.add_node(name_of(node), "Squeeze", {made, made + ".axes"});
    }
  }

  static const char* made_as(Layout layout) {
    if (layout == Layout::vectors) return ".product";
    if (layout == Layout::symbols) return ".symbols";
    return layout == Layout::steps ? ".states" : "";
  }

  /// The sequence `from` as [steps, images, channels].
  std::string steps_first(int node, const std::string& from) {
    const std::string name = name_of(node);
    file_.add_tensor(name + ".width", {3});
    file_.add_node(name + ".sequence", "Squeeze", {from, name + ".width"});
    file_.add_node(name + ".steps_first", "Transpose", {name + ".sequence"},
                   {OnnxFile::attribute("perm", std::vector<std::int64_t>{2, 0, 1})});
    return name + ".steps_first";
  }

  /// The image `from` as one vector with channels last.
  std::string flatten(int node, std::string from) {
    const Shape input = node_at(node_at(node).inputs.front()).shape;
    const std::string name = name_of(node);
    if (input.height * input.width > 1) {
      file_.add_node(name + ".channels_last", "Transpose", {from},
                     {OnnxFile::attribute("perm", std::vector<std::int64_t>{0, 2, 3, 1})});
      from = name + ".channels_last";
    }
    file_.add_node(name + ".flat", "Flatten", {from});
    return name + ".flat";
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
