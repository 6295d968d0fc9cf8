// SPDX-License-Identifier: Apache-2.0
#include "evaluators/given_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "evaluators/training/calibration.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

/// A warning needs no exact share.
constexpr int checked_samples = 64;

/// A percentile clips far less; a learned range settles where it clips a twentieth.
constexpr double large_clipped_share = 0.1;

std::vector<int> crossbar_nodes(const Network& network) {
  std::vector<int> nodes;
  for (int node = 0; node < static_cast<int>(network.architecture().nodes().size()); ++node)
    if (network.matrix(node) && is_on_crossbar(network, node)) nodes.push_back(node);
  return nodes;
}

const std::string& name_of(const Network& network, int node) {
  return network.architecture().nodes()[static_cast<size_t>(node)].name;
}

/// What post-training set belongs to tiles, which other crossbars cut elsewhere.
void check_splits(const Network& network, int node, const LayerParameters& layer) {
  const auto& matrix = *network.matrix(node);
  const auto check = [&](const char* what, size_t expected, size_t got) {
    if (got != 0 && got != expected)
      throw ConfigError(fmt::format(
          "layer '{}': {}: expected {} numbers for crossbars of {} rows, got {} (of other crossbars)",
          name_of(network, node), what, expected, matrix.settings().crossbar_rows, got));
  };
  const auto splits = static_cast<size_t>(matrix.row_splits());
  check("split_ranges", splits, layer.split_ranges.size());
  check("column_scales", splits * static_cast<size_t>(matrix.columns()), layer.column_scales.size());
}

/// "" where the range fits what the layer sees.
std::string range_problem(const LayerParameters& layer, const FloatBuffer& inputs,
                          const HardwareConfig& hardware) {
  const float range = layer.split_ranges.empty()
                          ? layer.input_range
                          : *std::max_element(layer.split_ranges.begin(), layer.split_ranges.end());
  if (effective_input_range(hardware, range) <= 0 || inputs.empty()) return "";
  size_t clipped = 0;
  float largest = 0;
  for (const float input : inputs) {
    clipped += std::abs(input) > range;
    largest = std::max(largest, std::abs(input));
  }
  const double share = static_cast<double>(clipped) / static_cast<double>(inputs.size());
  if (share > large_clipped_share)
    return fmt::format("its input range of {:.4g} clips {:.0f} % of its inputs, which reach {:.4g}", range,
                       100 * share, largest);
  const Converter dac = make_converter(hardware.dac_bits, range);
  if (largest > 0 && largest < dac.step / 2)
    return fmt::format("its input range of {:.4g} is so wide that all its inputs, up to {:.4g}, convert to 0",
                       range, largest);
  return "";
}

}  // namespace

std::vector<std::string> complete_parameters(const CompiledCandidate& candidate, Parameters& parameters,
                                             const Samples& samples) {
  const Network& network = candidate.network();
  fix_input_ranges(candidate, parameters);
  std::vector<std::string> missing, notes;
  for (const int node : crossbar_nodes(network)) {
    const auto& layer = parameters[static_cast<size_t>(node)];
    check_splits(network, node, layer);
    if (layer.input_range == 0) missing.push_back(name_of(network, node));
  }
  if (!missing.empty()) {
    calibrate_missing_ranges(candidate, parameters, samples, calibration_samples);
    notes.push_back(fmt::format("input ranges were missing and are calibrated on {} training samples: {}",
                                std::min<std::int64_t>(calibration_samples, samples.count()), join(missing)));
  }
  const auto inputs = record_layer_inputs(candidate, parameters, samples, checked_samples);
  for (const int node : crossbar_nodes(network)) {
    const auto n = static_cast<size_t>(node);
    const auto problem = range_problem(parameters[n], inputs.values[n], candidate.hardware());
    if (!problem.empty())
      notes.push_back(fmt::format("layer '{}': {}; a range that the weights file leaves out is calibrated",
                                  name_of(network, node), problem));
  }
  return notes;
}

}  // namespace mho
