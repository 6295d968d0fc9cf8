// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/output_gain.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

/// Outputs that nearly all convert to one level have no spread that could be measured: their gain would grow
/// without bound and with it the logits.
constexpr double largest_gain = 2;

/// Sum over the columns of each column's variance over the vectors.
double spread(const FloatBuffer& outputs, std::int64_t vectors, int columns) {
  double total = 0;
  for (const auto& column : column_statistics(outputs, vectors, columns)) total += column.variance;
  return total;
}

FloatBuffer outputs_of(const MatrixLayer& layer, const MatrixOperand& operand, const FloatBuffer& inputs,
                       int images) {
  FloatBuffer scratch(layer.scratch_size() + kernel_slack());
  FloatBuffer outputs(static_cast<size_t>(images * layer.output_size()) + kernel_slack());
  layer.forward({operand, inputs.data(), images, scratch.data()}, nullptr, outputs.data());
  return outputs;
}

}  // namespace

CompiledCandidate without_output_noise(const Architecture& architecture, HardwareConfig hardware) {
  hardware.output_noise = 0;
  return {architecture, std::move(hardware)};
}

void calibrate_output_gains(const CompiledCandidate& quiet, Parameters& parameters, const Samples& samples,
                            int count) {
  for (auto& layer : parameters) layer.output_gain = 1;
  const Network& converted = quiet.network();
  Operands operands;
  noisy_operands({converted, parameters, quiet.hardware()}, RandomKey(0), operands);
  const auto inputs = record_layer_inputs(quiet, parameters, samples, count);
  parallel_for(parameters.size(), [&](size_t i) {
    const int node = static_cast<int>(i);
    if (!converted.matrix(node) || !is_on_crossbar(converted, node)) return;
    const MatrixLayer exact(quiet.architecture(), node, {});
    MatrixOperand plain;
    exact.pack_forward(parameters[i].weight.data(), plain.forward);
    const auto vectors = output_vectors(exact, inputs.images);
    const auto& x = inputs.values[i];
    const double wanted = spread(outputs_of(exact, plain, x, inputs.images), vectors, exact.columns());
    const double found =
        spread(outputs_of(*converted.matrix(node), operands[i], x, inputs.images), vectors, exact.columns());
    if (found > 0)
      parameters[i].output_gain =
          static_cast<float>(std::clamp(std::sqrt(wanted / found), 1 / largest_gain, largest_gain));
  });
}

}  // namespace mho
