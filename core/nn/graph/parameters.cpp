// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/parameters.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/nn/graph/parameter_checks.hpp"

namespace mho {
namespace {

using Dimensions = std::vector<std::int64_t>;

/// Where one of a layer's tensors lives, what shape it has in a file and what its numbers may be.
struct Slot {
  const char* name;
  Dimensions dimensions;
  FloatBuffer LayerParameters::*values;
  float initial = 0;
  NumberRule rule = NumberRule::finite;
};

/// The tensors of a node; the order is that of LayerParameters.
std::vector<Slot> slots(const Node& node, const MatrixShape& matrix) {
  const std::int64_t channels = tensor_numbers(matrix, node.shape);
  std::vector<Slot> found;
  if (matrix.rows > 0) found.push_back({"weight", {matrix.rows, channels}, &LayerParameters::weight});
  for (const ChannelTensor& tensor : node.tensors)
    found.push_back({tensor.name, {channels}, tensor.values, tensor.initial, tensor.rule});
  return found;
}

std::int64_t count(const Dimensions& dimensions) {
  std::int64_t product = 1;
  for (const auto side : dimensions) product *= side;
  return product;
}

std::string show(const Dimensions& dimensions) {
  std::vector<std::string> sides;
  for (const auto side : dimensions) sides.push_back(std::to_string(side));
  return fmt::format("[{}]", join(sides));
}

/// Calls visit(node index, slots, matrix) for every node.
void for_each_node(const Architecture& architecture,
                   const std::function<void(size_t, const std::vector<Slot>&, const MatrixShape&)>& visit) {
  for (size_t n = 0; n < architecture.nodes().size(); ++n) {
    const MatrixShape matrix = matrix_shape(architecture, static_cast<int>(n));
    visit(n, slots(architecture.nodes()[n], matrix), matrix);
  }
}

NamedTensor take(std::map<std::string, NamedTensor>& tensors, const std::string& name,
                 const Dimensions& expected, NumberRule rule, const std::string& where) {
  const auto found = tensors.find(name);
  if (found == tensors.end())
    throw DataError(fmt::format("{}: missing tensor '{}': expected shape {}", where, name, show(expected)));
  NamedTensor tensor = std::move(found->second);
  tensors.erase(found);
  if (tensor.shape != expected)
    throw DataError(fmt::format("{}: tensor '{}' has the wrong shape: expected {}, got {}", where, name,
                                show(expected), show(tensor.shape)));
  check_numbers(tensor.values, expected, rule, fmt::format("{}: tensor '{}'", where, name));
  return tensor;
}

void add_calibration(const Node& node, const LayerParameters& layer,
                     std::map<std::string, NamedTensor>& tensors) {
  const std::int64_t columns = tensor_numbers(node.matrix, node.shape);
  if (layer.input_range != 0) tensors[node.name + ".input_range"] = {{1}, {layer.input_range}};
  if (layer.output_gain != 1) tensors[node.name + ".output_gain"] = {{1}, {layer.output_gain}};
  if (!layer.split_ranges.empty())
    tensors[node.name + ".split_ranges"] = {{std::ssize(layer.split_ranges)}, layer.split_ranges};
  if (!layer.column_scales.empty())
    tensors[node.name + ".column_scales"] = {{std::ssize(layer.column_scales) / columns, columns},
                                             layer.column_scales};
}

/// How many row splits there are is the hardware's business: any number fits here.
void take_calibration(std::map<std::string, NamedTensor>& tensors, const Node& node, const std::string& where,
                      LayerParameters& layer) {
  const auto first_side = [&](const std::string& name) {
    const auto found = tensors.find(name);
    return found == tensors.end() || found->second.shape.empty() ? 0 : found->second.shape.front();
  };
  const auto above_zero = NumberRule::above_zero;
  const auto range = node.name + ".input_range", gain = node.name + ".output_gain";
  // mho 0.1 wrote the range 0 for grouped convolutions, which lie on no crossbar.
  const auto range_rule = is_grouped(node) ? NumberRule::from_zero : above_zero;
  if (tensors.contains(range))
    layer.input_range = take(tensors, range, {1}, range_rule, where).values.front();
  if (tensors.contains(gain)) layer.output_gain = take(tensors, gain, {1}, above_zero, where).values.front();
  const auto ranges = node.name + ".split_ranges", scales = node.name + ".column_scales";
  if (tensors.contains(ranges))
    layer.split_ranges = take(tensors, ranges, {first_side(ranges)}, above_zero, where).values;
  if (tensors.contains(scales))
    layer.column_scales = take(tensors, scales, {first_side(scales), tensor_numbers(node.matrix, node.shape)},
                               NumberRule::from_zero, where)
                              .values;
}

}  // namespace

const std::vector<ChannelTensor>& LayerParameters::channel_tensors() {
  static const std::vector<ChannelTensor> tensors{{"bias", &LayerParameters::bias},
                                                  {"gamma", &LayerParameters::gamma},
                                                  {"beta", &LayerParameters::beta},
                                                  {"running_mean", &LayerParameters::running_mean},
                                                  {"running_variance", &LayerParameters::running_variance}};
  return tensors;
}

Parameters initial_parameters(const Architecture& architecture, RandomKey key) {
  Parameters parameters(architecture.nodes().size());
  for_each_node(architecture, [&](size_t n, const std::vector<Slot>& tensors, const MatrixShape& matrix) {
    LayerParameters& layer = parameters[n];
    for (const auto& slot : tensors)
      (layer.*slot.values).assign(static_cast<size_t>(count(slot.dimensions)), slot.initial);
    if (matrix.rows == 0) return;
    fill_normal(key.with("initial weights", n), layer.weight);
    const auto deviation = static_cast<float>(std::sqrt(2.0 / matrix.rows));  // He et al. 2015, eq. 10
    for (float& weight : layer.weight) weight *= deviation;
    const Node& node = architecture.nodes()[n];
    start_layer(node.layer, layer, architecture.nodes()[static_cast<size_t>(node.inputs.front())].shape);
  });
  return parameters;
}

void save_parameters(const std::filesystem::path& file, const Architecture& architecture,
                     const Parameters& parameters) {
  const auto mismatch = [&](const std::string& what, size_t expected, size_t got) {
    throw RunError(fmt::format("cannot write {}: {} do not fit architecture '{}': expected {}, got {}",
                               file.string(), what, architecture.name(), expected, got));
  };
  const auto& nodes = architecture.nodes();
  if (parameters.size() != nodes.size()) mismatch("parameters", nodes.size(), parameters.size());
  std::map<std::string, NamedTensor> tensors;
  for_each_node(architecture, [&](size_t n, const std::vector<Slot>& layer_slots, const MatrixShape& matrix) {
    for (const auto& slot : layer_slots) {
      const std::string name = nodes[n].name + "." + slot.name;
      const auto& values = parameters[n].*slot.values;
      const auto expected = static_cast<size_t>(count(slot.dimensions));
      if (values.size() != expected) mismatch("values of '" + name + "'", expected, values.size());
      tensors[name] = {slot.dimensions, {values.begin(), values.end()}};
    }
    if (matrix.rows > 0) add_calibration(nodes[n], parameters[n], tensors);
  });
  write_safetensors(file, tensors, {{"format", "mho-parameters-1"}, {"architecture", architecture.name()}});
}

Parameters load_parameters(const std::filesystem::path& file, const Architecture& architecture) {
  return read_parameters(read_safetensors(file), architecture, file.string());
}

Parameters read_parameters(std::map<std::string, NamedTensor> tensors, const Architecture& architecture,
                           const std::string& where) {
  const auto& nodes = architecture.nodes();
  Parameters parameters(nodes.size());
  for_each_node(architecture, [&](size_t n, const std::vector<Slot>& layer_slots, const MatrixShape& matrix) {
    for (const auto& slot : layer_slots) {
      const auto tensor = take(tensors, nodes[n].name + "." + slot.name, slot.dimensions, slot.rule, where);
      (parameters[n].*slot.values).assign(tensor.values.begin(), tensor.values.end());
    }
    if (matrix.rows > 0) take_calibration(tensors, nodes[n], where, parameters[n]);
  });
  if (!tensors.empty())
    throw DataError(fmt::format("{}: unknown tensor '{}': expected only those of architecture '{}'", where,
                                tensors.begin()->first, architecture.name()));
  return parameters;
}

}  // namespace mho
