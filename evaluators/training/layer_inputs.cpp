// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/layer_inputs.hpp"

#include <algorithm>

#include "core/nn/run/inference_network.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {

void for_layer_inputs(const CompiledCandidate& candidate, const Parameters& parameters,
                      const Samples& samples,
                      const std::function<void(std::size_t, const FloatBuffer&, int)>& body) {
  // The plain network: converters and noise of what is calibrated stay out of it.
  const Network& plain = candidate.plain();
  const auto& ops = plain.plan().operations;
  std::vector<const float*> made(ops.size());
  FloatBuffer vectors;
  InferenceNetwork inference(plain, parameters);
  inference.visit(plain.digital_operands(parameters, false), samples.images.data(),
                  static_cast<int>(samples.count()), RandomKey(0),
                  [&](int index, const float* values, int images) {
                    const Operation& op = ops[static_cast<size_t>(index)];
                    made[static_cast<size_t>(index)] = values;
                    const auto* layer = plain.matrix(op.node);
                    if (!layer || !is_on_crossbar(plain, op.node)) return;
                    vectors.resize(static_cast<size_t>(images * layer->input_size()));
                    plain.compute(index)->matrix_inputs(made[static_cast<size_t>(op.inputs[0])], values,
                                                        images, vectors.data());
                    body(static_cast<size_t>(op.node), vectors, images);
                  });
}

LayerInputs record_layer_inputs(const CompiledCandidate& candidate, const Parameters& parameters,
                                const Samples& samples, int count) {
  const auto chosen = take_samples(samples, count);
  LayerInputs inputs{static_cast<int>(chosen.count()), std::vector<FloatBuffer>(parameters.size())};
  for_layer_inputs(candidate, parameters, chosen, [&](size_t node, const FloatBuffer& vectors, int) {
    auto& kept = inputs.values[node];
    kept.insert(kept.end(), vectors.begin(), vectors.end());
  });
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
