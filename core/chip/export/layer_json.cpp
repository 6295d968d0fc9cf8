// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/layer_json.hpp"
#include "core/analog/converter.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace mho {
namespace {

using Json = nlohmann::ordered_json;

const Node& node_at(const ChipExport& what, int node) {
  return what.architecture.nodes()[static_cast<size_t>(node)];
}

/// A converter without a range yet (a layer that was never calibrated) has the limit and step 0.
Json converter_json(int bits, double limit) {
  const Converter converter = limit > 0 ? make_converter(bits, limit) : Converter{};
  return {{"bits", bits}, {"limit", converter.limit}, {"step", converter.step}};
}

/// What the DAC of a row split's core takes as full scale.
float range_of(const LayerParameters& layer, int split) {
  return layer.split_ranges.empty() ? layer.input_range : layer.split_ranges[static_cast<size_t>(split)];
}

/// One DAC a row split.
Json dac_json(const ChipExport& what, const LayerParameters& layer, int row_splits) {
  Json splits = Json::array();
  for (int split = 0; split < row_splits; ++split)
    splits.push_back(converter_json(what.hardware.dac_bits, range_of(layer, split)));
  return splits;
}

/// One list a row split of scale, times its input range where `layer` is given.
Json scales_json(const ConductanceTargets& targets, const LayerParameters* layer) {
  Json splits = Json::array();
  for (int split = 0; split < targets.row_splits; ++split) {
    const float factor = layer != nullptr ? layer->output_gain * range_of(*layer, split) : 1.0F;
    Json columns = Json::array();
    for (int column = 0; column < targets.columns; ++column)
      columns.push_back(factor * targets.scales[static_cast<size_t>(split * targets.columns + column)]);
    splits.push_back(std::move(columns));
  }
  return splits;
}

/// The real numbers among a layer's attributes; the others are in network.json.
class NumberWriter final : public LayerAttributes {
 public:
  explicit NumberWriter(Json& json) : json_(json) {}
  void whole(const char*, int&, Presence) override {}
  void number(const char* name, double& value, Presence) override { json_[name] = value; }
  void flag(const char*, bool&, Presence) override {}
  void sides(const char*, int&, int&) override {}
  void padding(const char*, bool&, Padding&) override {}

 private:
  Json& json_;
};

/// The only node that reads `node`, or -1.
int only_reader(const Architecture& architecture, int node) {
  int reader = -1;
  for (int other = node + 1; other < static_cast<int>(architecture.nodes().size()); ++other)
    for (const int input : architecture.nodes()[static_cast<size_t>(other)].inputs) {
      if (input != node) continue;
      if (reader >= 0) return -1;
      reader = other;
    }
  return reader;
}

}  // namespace

DigitalStage find_digital_stage(const Architecture& architecture, const Parameters& parameters, int node) {
  const Node& here = architecture.nodes()[static_cast<size_t>(node)];
  const auto channels = static_cast<size_t>(here.shape.channels);
  const auto& bias = parameters[static_cast<size_t>(node)].bias;
  DigitalStage stage{{std::vector<float>(channels, 1.0F), {}}, false, {}};
  // A recurrent layer's biases are gates', before its cell.
  if (!here.running.cell) stage.affine.shift.assign(bias.begin(), bias.end());
  stage.affine.shift.resize(channels, 0.0F);
  for (int next = only_reader(architecture, node); next >= 0 && !stage.relu;
       next = only_reader(architecture, next)) {
    const Layer& layer = architecture.nodes()[static_cast<size_t>(next)].layer;
    if (const auto folded = channel_affine(layer, parameters[static_cast<size_t>(next)])) {
      for (size_t channel = 0; channel < channels; ++channel) {
        stage.affine.scale[channel] *= folded->scale[channel];
        stage.affine.shift[channel] =
            folded->scale[channel] * stage.affine.shift[channel] + folded->shift[channel];
      }
    } else if (std::holds_alternative<Relu>(layer)) {  // what the stage has, besides its affine
      stage.relu = true;
    } else {
      break;
    }
    stage.nodes.push_back(next);
  }
  return stage;
}

std::string crossbar_layer_json(const ChipExport& what, int node, const ConductanceTargets& targets) {
  const LayerParameters& layer = what.parameters[static_cast<size_t>(node)];
  const DigitalStage stage = find_digital_stage(what.architecture, what.parameters, node);
  Json taken_in = Json::array();
  for (const int other : stage.nodes) taken_in.push_back(node_at(what, other).name);
  const Json json = {{"layer", node_at(what, node).name},
                     {"kind", layer_name(node_at(what, node).layer)},
                     {"rows", targets.rows},
                     {"columns", targets.columns},
                     {"input_range", layer.input_range},
                     {"split_ranges", layer.split_ranges},
                     {"output_gain", layer.output_gain},
                     {"dac", dac_json(what, layer, targets.row_splits)},
                     {"adc", converter_json(what.hardware.adc_bits, what.hardware.adc_range)},
                     {"weight_scales", scales_json(targets, nullptr)},
                     {"output_scales", scales_json(targets, &layer)},
                     {"bias", layer.bias},
                     {"output_stage",
                      {{"scale", stage.affine.scale},
                       {"offset", stage.affine.shift},
                       {"relu", stage.relu},
                       {"layers", std::move(taken_in)}}}};
  return json.dump();
}

std::string digital_layer_json(const ChipExport& what, int node) {
  const LayerParameters& layer = what.parameters[static_cast<size_t>(node)];
  const Node& here = node_at(what, node);
  Json json = {{"layer", here.name}, {"kind", layer_name(here.layer)}};
  NumberWriter numbers(json);
  Layer copy = here.layer;
  visit_attributes(copy, numbers);
  if (!layer.weight.empty()) json["weight"] = "digital_weights.safetensors";
  for (const ChannelTensor& tensor : here.tensors) json[tensor.name] = layer.*tensor.values;
  if (const auto folded = channel_affine(here.layer, layer)) {
    json["scale"] = folded->scale;
    json["offset"] = folded->shift;
  }
  return json.dump();
}

}  // namespace mho
