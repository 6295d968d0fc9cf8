// SPDX-License-Identifier: Apache-2.0
#include "evaluators/explain/layer_errors.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/base/parallel.hpp"
#include "evaluators/scoring/programmed_network.hpp"
#include "evaluators/scoring/statistics.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

constexpr double used_percentile = 99.9;

std::vector<int> crossbar_nodes(const Network& network) {
  std::vector<int> nodes;
  for (int node = 0; node < static_cast<int>(network.architecture().nodes().size()); ++node)
    if (network.matrix(node) && is_on_crossbar(network, node)) nodes.push_back(node);
  return nodes;
}

/// What a layer makes of its recorded inputs, bias included.
FloatBuffer outputs_of(const MatrixLayer& layer, const MatrixOperand& operand, const LayerParameters& own,
                       const LayerInputs& inputs, int node, RandomKey key) {
  FloatBuffer scratch(layer.scratch_size() + kernel_slack());
  FloatBuffer outputs(static_cast<size_t>(inputs.images * layer.output_size()) + kernel_slack());
  layer.forward({operand, inputs.values[static_cast<size_t>(node)].data(), inputs.images, scratch.data(),
                 Network::noise_key(key, node)},
                own.bias.empty() ? nullptr : own.bias.data(), outputs.data());
  outputs.resize(static_cast<size_t>(inputs.images * layer.output_size()));
  return outputs;
}

/// [node] of all nodes; empty where there is no crossbar.
using LayerOutputs = std::vector<FloatBuffer>;

LayerOutputs exact_outputs(const CompiledCandidate& candidate, const Parameters& parameters,
                           const LayerInputs& inputs, const std::vector<int>& nodes) {
  const auto operands = candidate.plain().digital_operands(parameters, false);
  LayerOutputs outputs(parameters.size());
  for (const int node : nodes) {
    const auto n = static_cast<size_t>(node);
    outputs[n] =
        outputs_of(*candidate.plain().matrix(node), operands[n], parameters[n], inputs, node, RandomKey(0));
  }
  return outputs;
}

double squared_error(const FloatBuffer& found, const FloatBuffer& exact) {
  double sum = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    const double error = double{found[i]} - exact[i];
    sum += error * error;
  }
  return sum / static_cast<double>(exact.size());
}

/// By layer, in the order of `nodes`: the mean squared error on one chip of that hardware.
std::vector<double> errors_on(const ExplainedNetwork& network, const Variant& variant,
                              const LayerInputs& inputs, const LayerOutputs& exact,
                              const std::vector<int>& nodes, RandomKey key) {
  const CompiledCandidate candidate(network.architecture, variant.hardware);
  ProgrammedNetwork chip(
      candidate, variant.wide_ranges ? widened(candidate, network.parameters, inputs) : network.parameters,
      false, key.with("chip"));
  chip.calibrate(network.post_training, network.calibration, key.with("calibration"));
  const RandomKey at = key.with("time");
  const auto operands = chip.read(network.time_s, at);
  std::vector<double> errors;
  for (const int node : nodes) {
    const auto n = static_cast<size_t>(node);
    errors.push_back(squared_error(
        outputs_of(*candidate.network().matrix(node), operands[n], chip.parameters()[n], inputs, node, at),
        exact[n]));
  }
  return errors;
}

/// Shares of the values beyond `full`, and how much of it they use.
void take_use(std::vector<float>& magnitudes, double full, double& clipped, double& used) {
  if (magnitudes.empty() || full <= 0) return;
  const auto beyond = std::count_if(magnitudes.begin(), magnitudes.end(),
                                    [&](float value) { return value > static_cast<float>(full); });
  clipped = static_cast<double>(beyond) / static_cast<double>(magnitudes.size());
  used = percentile(magnitudes, used_percentile) / full;
}

/// What the tiles of one split read: inputs within its range.
FloatBuffer clipped_to(const FloatBuffer& inputs, float range) {
  FloatBuffer clipped = inputs;
  if (range > 0)
    for (float& value : clipped) value = clip_to(value, range);
  return clipped;
}

/// Partial sums over the ADC's full scale, of all splits.
void take_adc_use(const CompiledCandidate& candidate, const LayerParameters& own, const LayerInputs& inputs,
                  LayerErrors& layer) {
  const auto& hardware = candidate.hardware();
  const auto n = static_cast<size_t>(layer.node);
  const MatrixLayer exact(candidate.architecture(), layer.node,
                          candidate.network().matrix(layer.node)->settings().cut_only());
  const auto scales =
      own.column_scales.empty() ? layer_scales(exact, own.weight, hardware) : own.column_scales;
  const int columns = exact.columns();
  std::vector<float> magnitudes;
  for (int split = 0; split < exact.row_splits(); ++split) {
    const float range = effective_input_range(hardware, split_range(own, split));
    const auto sums =
        exact_partial_sums(exact, own.weight, clipped_to(inputs.values[n], range), inputs.images, split);
    const auto vectors = output_vectors(exact, inputs.images);
    for (std::int64_t v = 0; v < vectors; ++v)
      for (int c = 0; c < columns; ++c) {
        const float full = scales[static_cast<size_t>(split * columns + c)] * (range > 0 ? range : 1);
        if (full > 0) magnitudes.push_back(std::abs(sums[static_cast<size_t>(v * columns + c)]) / full);
      }
  }
  take_use(magnitudes, hardware.adc_range, layer.adc_clipped, layer.adc_used);
}

void take_dac_use(const CompiledCandidate& candidate, const LayerParameters& own,
                  std::span<const float> inputs, LayerErrors& layer) {
  float range = effective_input_range(candidate.hardware(), own.input_range);
  if (range > 0 && !own.split_ranges.empty())
    range = *std::max_element(own.split_ranges.begin(), own.split_ranges.end());
  std::vector<float> magnitudes;
  for (const float input : inputs) magnitudes.push_back(std::abs(input));
  take_use(magnitudes, range, layer.dac_clipped, layer.dac_used);
}

LayerErrors describe(const CompiledCandidate& candidate, const Parameters& parameters,
                     const LayerInputs& inputs, const FloatBuffer& exact, int node) {
  const auto n = static_cast<size_t>(node);
  LayerErrors layer;
  layer.node = node;
  layer.name = candidate.architecture().nodes()[n].name;
  const int columns = candidate.network().matrix(node)->columns();
  const auto statistics =
      column_statistics(exact, static_cast<std::int64_t>(exact.size()) / columns, columns);
  for (const auto& column : statistics) layer.signal += column.variance / columns;
  const auto size = static_cast<size_t>(inputs.images * candidate.network().matrix(node)->input_size());
  take_dac_use(candidate, parameters[n], std::span(inputs.values[n]).first(size), layer);
  if (candidate.hardware().adc_bits > 0) take_adc_use(candidate, parameters[n], inputs, layer);
  return layer;
}

}  // namespace

double LayerErrors::signal_to_noise_db() const {
  constexpr double least = 1e-30;
  return 10 * std::log10(std::max(signal, least) / std::max(error, signal * least + least * least));
}

double LayerErrors::share_of(size_t effect) const {
  const double sum = std::accumulate(alone.begin(), alone.end(), 0.0);
  return sum > 0 ? alone[effect] / sum : 0;
}

Parameters widened(const CompiledCandidate& candidate, Parameters parameters, const LayerInputs& inputs) {
  for (const int node : crossbar_nodes(candidate.network())) {
    auto& own = parameters[static_cast<size_t>(node)];
    float largest = 0;
    for (const float input : inputs.values[static_cast<size_t>(node)])
      largest = std::max(largest, std::abs(input));
    own.input_range = std::max(own.input_range, largest);
    for (float& range : own.split_ranges) range = std::max(range, largest);
  }
  return parameters;
}

std::vector<LayerErrors> measure_layers(const ExplainedNetwork& network, const std::vector<Effect>& effects,
                                        const LayerInputs& inputs, int programmings, RandomKey key) {
  const CompiledCandidate candidate(network.architecture, network.hardware);
  const auto nodes = crossbar_nodes(candidate.network());
  const auto exact = exact_outputs(candidate, network.parameters, inputs, nodes);
  const auto runs = static_cast<size_t>(programmings), variants = effects.size() + 1;
  std::vector<std::vector<double>> errors(variants * runs);  // [variant][run]: by layer
  parallel_for(errors.size(), [&](size_t i) {
    const size_t variant = i / runs;
    const auto asked =
        variant == 0 ? Variant{network.hardware} : with_only(network.hardware, effects[variant - 1], effects);
    errors[i] = errors_on(network, asked, inputs, exact, nodes, key.with("programming", i % runs));
  });
  std::vector<LayerErrors> layers;
  for (size_t l = 0; l < nodes.size(); ++l) {
    layers.push_back(
        describe(candidate, network.parameters, inputs, exact[static_cast<size_t>(nodes[l])], nodes[l]));
    layers.back().alone.resize(effects.size());
    for (size_t i = 0; i < errors.size(); ++i) {
      double& sum = i < runs ? layers.back().error : layers.back().alone[i / runs - 1];
      sum += errors[i][l] / static_cast<double>(programmings);
    }
  }
  return layers;
}

}  // namespace mho
