// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/programmed_network.hpp"

#include <algorithm>

#include "evaluators/batch_norm_calibration.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/operands.hpp"

namespace mho {
namespace {

/// y = gain * x + offset by least squares over a column of two [vectors][columns] arrays.
struct Line {
  double gain = 1, offset = 0;
};
Line fit_line(const FloatBuffer& x, const FloatBuffer& y, std::int64_t vectors, int columns, int column) {
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::int64_t v = 0; v < vectors; ++v) {
    const auto i = static_cast<size_t>(v * columns + column);
    sx += x[i];
    sy += y[i];
    sxx += double{x[i]} * x[i];
    sxy += double{x[i]} * y[i];
  }
  const double n = static_cast<double>(vectors), spread = sxx - sx * sx / n;
  if (spread <= 1e-12 * sxx || sxx == 0) return {0, sy / n};  // a dead column: its mean is all there is
  const double gain = (sxy - sx * sy / n) / spread;
  return {gain, (sy - gain * sx) / n};
}

/// The read with the outputs of all row splits but one switched off.
MatrixRead only_split(MatrixRead read, int split, int columns) {
  for (size_t i = 0; i < read.output_scales.size(); ++i)
    if (static_cast<int>(i) / columns != split) read.output_scales[i] = 0;
  return read;
}

}  // namespace

ProgrammedNetwork::ProgrammedNetwork(RandomKey chip, const CompiledCandidate& candidate,
                                     Parameters parameters, bool bfloat16)
    : candidate_(candidate),
      parameters_(std::move(parameters)),
      key_(chip),
      bfloat16_(bfloat16),
      digital_(candidate.network().digital_operands(parameters_, false)),
      matrices_(parameters_.size()),
      gains_(parameters_.size()) {}

ProgrammedNetwork::ProgrammedNetwork(const CompiledCandidate& candidate, Parameters parameters, bool bfloat16,
                                     RandomKey key)
    : ProgrammedNetwork(key, candidate, std::move(parameters), bfloat16) {
  const Network& network = candidate.network();
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto* layer = network.matrix(static_cast<int>(i));
    if (!layer || !is_on_crossbar(network, static_cast<int>(i))) continue;
    matrices_[i] = std::make_unique<CrossbarMatrix>(
        layer_targets(*layer, parameters_[i], candidate.hardware()), candidate.hardware(), candidate.device(),
        key.with("programming", i));
    digital_[i] = {};  // read() makes it anew each time
  }
}

ProgrammedNetwork::ProgrammedNetwork(const CompiledCandidate& candidate, Parameters parameters,
                                     const TrainedChip& chip, bool bfloat16, RandomKey key)
    : ProgrammedNetwork(chip.key, candidate, std::move(parameters), bfloat16) {
  for (size_t i = 0; i < matrices_.size(); ++i) {
    if (!chip.matrices[i]) continue;
    matrices_[i] = std::make_unique<CrossbarMatrix>(*chip.matrices[i]);
    matrices_[i]->start_compensation(key.with("compensation", i));
    digital_[i] = {};
  }
}

MatrixOperand ProgrammedNetwork::read_layer(size_t node, MatrixRead read) const {
  for (size_t k = 0; k < gains_[node].size(); ++k) read.output_scales[k] *= gains_[node][k];
  return read_operand(*candidate_.network().matrix(static_cast<int>(node)), read, parameters_[node],
                      candidate_.hardware(), bfloat16_, key_.with("columns", node));
}

Operands ProgrammedNetwork::read(double time_s, RandomKey key) const {
  Operands operands = digital_;
  for (size_t i = 0; i < matrices_.size(); ++i)
    if (matrices_[i]) operands[i] = read_layer(i, matrices_[i]->read(time_s, key.with("read", i)));
  return operands;
}

void ProgrammedNetwork::calibrate(const PostTrainingConfig& config, const Samples& samples, RandomKey key) {
  if (config.affine_samples > 0) fit_columns(samples, config.affine_samples, key.with("column fit"));
  if (config.batch_norm_samples > 0 && config.batch_norm_at == BatchNormTime::programming) {
    const RandomKey at = key.with("batch norm calibration");
    parameters_ = calibrated_parameters(read(0, at), config, samples, at);
  }
}

Parameters ProgrammedNetwork::calibrated_parameters(const Operands& operands,
                                                    const PostTrainingConfig& config, const Samples& samples,
                                                    RandomKey key) const {
  auto parameters = parameters_;
  const auto chosen = take_samples(samples, config.batch_norm_samples);
  recalibrate_batch_norms(candidate_.network(), operands, chosen.images.data(),
                          static_cast<int>(chosen.count()), key, parameters);
  return parameters;
}

void ProgrammedNetwork::fit_columns(const Samples& samples, int count, RandomKey key) {
  const auto inputs = record_layer_inputs(candidate_, parameters_, samples, count);
  for (size_t i = 0; i < matrices_.size(); ++i)
    if (matrices_[i]) fit_layer(i, inputs.values[i], inputs.images, key.with("layer", i));
}

/// Every row split's outputs as measured on the chip against the exact ones, column by column; gains go to
/// the split's scales, the offsets of all splits to the layer's bias.
void ProgrammedNetwork::fit_layer(size_t node, const FloatBuffer& inputs, int images, RandomKey key) {
  const auto& layer = *candidate_.network().matrix(static_cast<int>(node));
  const MatrixLayer exact(candidate_.architecture(), static_cast<int>(node), layer.settings().cut_only());
  const int columns = layer.columns();
  const auto read = matrices_[node]->read(0, key.with("read"));
  FloatBuffer scratch(layer.scratch_size() + kernel_slack());
  FloatBuffer measured(static_cast<size_t>(images * layer.output_size()) + kernel_slack());
  auto& bias = parameters_[node].bias;
  bias.resize(static_cast<size_t>(columns), 0.0f);
  std::vector<float> gains;
  for (int split = 0; split < layer.row_splits(); ++split) {
    const auto expected = exact_partial_sums(exact, parameters_[node].weight, inputs, images, split);
    const auto operand = read_layer(node, only_split(read, split, columns));
    layer.forward({operand, inputs.data(), images, scratch.data(), key.with("output noise").value()}, nullptr,
                  measured.data());
    for (int c = 0; c < columns; ++c) {
      const auto line = fit_line(measured, expected, output_vectors(layer, images), columns, c);
      gains.push_back(static_cast<float>(line.gain));
      bias[static_cast<size_t>(c)] += static_cast<float>(line.offset);
    }
  }
  gains_[node] = std::move(gains);
}

}  // namespace mho
