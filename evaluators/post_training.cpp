// SPDX-License-Identifier: Apache-2.0
#include "evaluators/post_training.hpp"

#include <algorithm>
#include <cmath>

#include "core/analog/mapping/conductance_mapping.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/scoring/statistics.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

/// |inputs| of the channels that the rows of a split read. Of a convolution nearly every pixel meets every
/// kernel position, so channels are what tells splits apart.
std::vector<float> magnitudes(const MatrixLayer& layer, const FloatBuffer& inputs, int images, int split) {
  const int channels = layer.geometry().input.channels;
  std::vector<bool> read(static_cast<size_t>(channels), false);
  for (const RowCut::Run& run : layer.row_cut().runs())
    for (int r = run.first; run.split == split && r < run.first + run.count; ++r)
      read[static_cast<size_t>(r % channels)] = true;
  std::vector<float> found;
  const std::int64_t pixels = images * layer.input_size() / channels;
  for (std::int64_t p = 0; p < pixels; ++p)
    for (int c = 0; c < channels; ++c)
      if (read[static_cast<size_t>(c)])
        found.push_back(std::abs(inputs[static_cast<size_t>(p * channels + c)]));
  return found;
}

void set_split_ranges(const MatrixLayer& layer, const FloatBuffer& inputs, int images, double percent,
                      LayerParameters& parameters) {
  parameters.split_ranges.clear();
  for (int split = 0; split < layer.row_splits(); ++split) {
    auto values = magnitudes(layer, inputs, images, split);
    const float range = percentile(values, percent);
    parameters.split_ranges.push_back(range > 0 ? range
                                                : parameters.input_range);  // a tile that sees only zeros
  }
}

void set_column_scales(const MatrixLayer& layer, const FloatBuffer& inputs, int images,
                       const HardwareConfig& hardware, double deviations, LayerParameters& parameters) {
  HardwareConfig by_column = hardware;
  by_column.weight_scaling = WeightScaling::column;
  const int columns = layer.columns();
  auto scales = layer_scales(layer, parameters.weight, by_column);
  for (int split = 0; hardware.adc_bits > 0 && split < layer.row_splits(); ++split) {
    const auto sums = exact_partial_sums(layer, parameters.weight, inputs, images, split);
    const auto outputs = column_statistics(sums, output_vectors(layer, images), columns);
    const auto full = static_cast<float>(hardware.adc_range) * split_range(parameters, split);
    for (int c = 0; c < columns; ++c) {
      float& scale = scales[static_cast<size_t>(split * columns + c)];
      const auto& output = outputs[static_cast<size_t>(c)];
      const double reach = std::abs(output.mean) + deviations * std::sqrt(output.variance);
      scale = std::max(scale, static_cast<float>(reach) / full);
    }
  }
  parameters.column_scales = std::move(scales);
}

}  // namespace

void PostTrainingConfig::fields(FieldVisitor& visitor) {
  visitor.field("input_range", &input_range, anything(),
                "Each tile's input range anew: input_percentile of the |inputs| that it sees.");
  visitor.field("input_percentile", &input_percentile, between(50, 100), "Of input_range.");
  visitor.field("column_range", &column_range, anything(),
                "Each column's conductance range anew: as large as the ADC can take its outputs.");
  visitor.field("column_deviations", &column_deviations, between(0, 100),
                "Of column_range: outputs up to |mean| plus this many standard deviations fit the ADC.");
  visitor.field("range_samples", &range_samples, between(1, 100000),
                "Training samples that input_range and column_range look at.");
  visitor.field(
      "batch_norm_samples", &batch_norm_samples, between(0, 100000),
      "Training samples on which each programmed chip takes its batch norms' statistics anew; 0: never.");
  visitor.field(
      "batch_norm_at", &batch_norm_at,
      "When: once right after programming, or before each scored time, which absorbs what drift does "
      "to a coarse ADC's outputs.");
  visitor.field(
      "affine_samples", &affine_samples, between(0, 100000),
      "Training samples on which each programmed chip's tile columns get a gain and an offset, fitted to the "
      "exact outputs; 0: none.");
}

void optimise_ranges(const CompiledCandidate& candidate, const Samples& samples,
                     const PostTrainingConfig& config, Parameters& parameters) {
  if (!config.changes_parameters()) return;
  const auto inputs = record_layer_inputs(candidate, parameters, samples, config.range_samples);
  const Network& network = candidate.network();
  parallel_for(parameters.size(), [&](size_t i) {
    const int node = static_cast<int>(i);
    if (!network.matrix(node) || !is_on_crossbar(network, node)) return;
    // Partial sums are cut where the crossbars are, and nothing else of the hardware is in them.
    const MatrixLayer exact(candidate.architecture(), node, network.matrix(node)->settings().cut_only());
    const auto& seen = inputs.values[i];
    if (config.input_range)
      set_split_ranges(exact, seen, inputs.images, config.input_percentile, parameters[i]);
    if (config.column_range)
      set_column_scales(exact, seen, inputs.images, candidate.hardware(), config.column_deviations,
                        parameters[i]);
  });
}

}  // namespace mho
