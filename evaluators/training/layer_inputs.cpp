// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/layer_inputs.hpp"

#include <algorithm>

#include "core/nn/run/inference_network.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {

LayerInputs record_layer_inputs(const CompiledCandidate& candidate, const Parameters& parameters,
                                const Samples& samples, int count) {
  const Network& network = candidate.network();
  const auto chosen = take_samples(samples, count);
  LayerInputs inputs{static_cast<int>(chosen.count()), std::vector<FloatBuffer>(parameters.size())};
  const auto& ops = network.plan().operations;
  // The plain network: converters and noise of what is calibrated stay out of it.
  const Network& plain = candidate.plain();
  InferenceNetwork inference(plain, parameters);
  const auto keep = [&](int op, const float* values, int images) {
    for (const auto& reader : ops)
      if (network.matrix(reader.node) && reader.inputs[0] == op && is_on_crossbar(network, reader.node)) {
        auto& kept = inputs.values[static_cast<size_t>(reader.node)];
        kept.insert(kept.end(), values, values + images * ops[static_cast<size_t>(op)].shape.size());
      }
  };
  inference.visit(plain.digital_operands(parameters, false), chosen.images.data(), inputs.images,
                  RandomKey(0), keep);
  for (auto& kept : inputs.values)
    if (!kept.empty()) kept.resize(kept.size() + kernel_slack());
  return inputs;
}

std::vector<ColumnStatistics> column_statistics(const FloatBuffer& outputs, std::int64_t vectors,
                                                int columns) {
  std::vector<ColumnStatistics> statistics;
  const double n = static_cast<double>(vectors);
  for (int c = 0; c < columns; ++c) {
    double sum = 0, square = 0;
    for (std::int64_t v = 0; v < vectors; ++v) {
      const double y = outputs[static_cast<size_t>(v * columns + c)];
      sum += y;
      square += y * y;
    }
    statistics.push_back({sum / n, std::max(0.0, square / n - sum * sum / (n * n))});
  }
  return statistics;
}

std::int64_t output_vectors(const MatrixLayer& layer, int images) {
  return images * layer.output_size() / layer.columns();
}

FloatBuffer exact_partial_sums(const MatrixLayer& layer, std::span<const float> weights,
                               const FloatBuffer& inputs, int images, int split) {
  MatrixOperand operand;
  layer.pack_forward(weights.data(), operand.forward);
  const auto columns = static_cast<size_t>(layer.columns());
  operand.scales.assign(static_cast<size_t>(layer.row_splits()) * columns, 0.0f);
  std::fill_n(operand.scales.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(split) * columns),
              columns, 1.0f);
  FloatBuffer scratch(layer.scratch_size() + kernel_slack());
  FloatBuffer sums(static_cast<size_t>(images * layer.output_size()) + kernel_slack());
  layer.forward({operand, inputs.data(), images, scratch.data()}, nullptr, sums.data());
  return sums;
}

}  // namespace mho
