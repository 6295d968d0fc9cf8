// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/operands.hpp"

#include <algorithm>
#include <cmath>

#include "core/analog/converter.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/training/crossbar_product.hpp"

namespace mho {
namespace {

MvmSettings settings_of(const HardwareConfig& hardware) {
  const Converter adc = output_converter(hardware);
  return {input_levels(hardware), adc.step,          adc.limit, static_cast<float>(hardware.output_noise),
          hardware.crossbar_rows, hardware.row_split};
}

bool is_crossbar_layer(const Node& node) { return node.on_chip.place == OnChip::Place::crossbar; }

/// The forms in which a layer's noisy rows are wanted.
struct RowsWanted {
  bool in_pairs;  ///< else as floats
  bool kept;      ///< as floats too
};

/// Weights -> conductances over g_max plus noise, times drift, which the scales undo; each row split has
/// scales of its own.
void normalise_with_noise(const MatrixLayer& layer, const NoisyWeights& noisy, RandomKey key,
                          const FloatBuffer& weights, RowsWanted wanted, MatrixOperand& operand) {
  const float drift = noisy.read.drift;
  std::vector<float> inverse(operand.scales.size());
  for (size_t i = 0; i < inverse.size(); ++i) {
    inverse[i] = operand.scales[i] > 0 ? drift / operand.scales[i] : 0.0f;
    operand.scales[i] /= drift;
  }
  const NoisyRows rows{weights.data(), inverse.data(), static_cast<float>(noisy.weight_noise) * drift,
                       key.value()};
  if (wanted.in_pairs)
    layer.pack_noisy_pairs(rows, wanted.kept, operand);
  else
    layer.pack_noisy(rows, operand.forward);
}

/// The vector path of a layer whose packed conductances are in operand.forward; `product` is used again where
/// there is one.
void attach_crossbar(const MatrixLayer& layer, const HardwareConfig& hardware, RandomKey chip,
                     MatrixOperand& operand, std::shared_ptr<CrossbarProduct>& product) {
  operand.product = nullptr;
  if (!needs_vector_path(hardware)) return;
  const int rows = layer.geometry().rows(), columns = layer.columns(), width = weight_row(columns);
  MatrixRead read{{}, operand.scales};
  const RowCut& cut = layer.row_cut();
  for (int r = 0; r < rows; ++r) {
    const float* row = operand.forward.data() + std::ptrdiff_t{cut.matrix_row(r)} * width;
    read.conductances.insert(read.conductances.end(), row, row + columns);
  }
  if (!product)
    product = std::make_shared<CrossbarProduct>(FrozenMatrix(rows, columns, as_cut(hardware, cut)), cut);
  product->hold(read, operand.split_ranges.empty() ? std::vector{operand.input_range} : operand.split_ranges,
                chip);
  operand.product = product;
}

/// Scales of the fused products, which compute with inputs over the range.
void fold_ranges_into_scales(const MatrixLayer& layer, MatrixOperand& operand) {
  if (operand.input_range <= 0) return;
  const auto columns = static_cast<size_t>(layer.columns());
  for (size_t i = 0; i < operand.scales.size(); ++i)
    operand.scales[i] *=
        operand.split_ranges.empty() ? operand.input_range : operand.split_ranges[i / columns];
}

/// The operand of a layer on crossbars, but for its backward copy.
void fill_noisy_operand(const NoisyWeights& weights, size_t node, RandomKey key, MatrixOperand& operand,
                        RowsWanted wanted, std::shared_ptr<CrossbarProduct>* product) {
  const auto& layer = *weights.network.matrix(static_cast<int>(node));
  const auto& own = weights.parameters[node];
  const auto& hardware = weights.hardware;
  operand.input_range = effective_input_range(hardware, own.input_range);
  operand.scales = layer_scales(layer, own.weight, hardware);
  normalise_with_noise(layer, weights, key.with("weight noise", node), own.weight, wanted, operand);
  std::shared_ptr<CrossbarProduct> fresh;
  attach_crossbar(layer, hardware, key.with("chip", node), operand, product ? *product : fresh);
  operand.learns_range = hardware.input_range.mode == InputRangeMode::learned && operand.input_range > 0;
  operand.has_adc = weights.read.adc != TrainingAdc::none;
  operand.output_gain = operand.has_adc ? own.output_gain : 1.0f;
  operand.clips_gradient = weights.read.adc == TrainingAdc::clipped && layer.settings().adc_step > 0 &&
                           !operand.product && !operand.learns_range;
  fold_ranges_into_scales(layer, operand);
  for (auto& scale : operand.scales) scale *= operand.output_gain;
}

void pack_backward_copies(const MatrixLayer& layer, MatrixOperand& operand) {
  if (operand.clips_gradient && layer.row_splits() > 1)
    layer.pack_backward_splits(operand);
  else
    layer.pack_backward(operand);
}

/// Any layer's operand, with its backward copies.
void fill_operand(const NoisyWeights& weights, size_t index, RandomKey key, MatrixOperand& operand,
                  std::shared_ptr<CrossbarProduct>* product) {
  const int node = static_cast<int>(index);
  const auto& layer = *weights.network.matrix(node);
  const bool on_crossbar = is_on_crossbar(weights.network, node);
  const bool rounds = weights.arithmetic == Arithmetic::bfloat16;
  const bool propagates = weights.network.needs_input_gradient(node);
  const bool may_learn = weights.hardware.input_range.mode == InputRangeMode::learned;
  const bool in_pairs =
      rounds && on_crossbar && layer.trains_in_pairs() && !needs_vector_path(weights.hardware);
  if (on_crossbar)
    fill_noisy_operand(weights, index, key, operand, {in_pairs, propagates || may_learn}, product);
  else
    layer.pack_forward(weights.parameters[index].weight.data(), operand.forward);
  if (propagates || operand.learns_range) pack_backward_copies(layer, operand);
  if (in_pairs)
    layer.round_backward(operand);
  else if (rounds)
    layer.round_for_training(operand);
}

}  // namespace

bool is_on_crossbar(const Network& network, int node) {
  return is_crossbar_layer(network.architecture().nodes()[static_cast<size_t>(node)]);
}

std::vector<MvmSettings> mvm_settings(const Architecture& architecture, const HardwareConfig& hardware) {
  check_mvm_effects(hardware);
  std::vector<MvmSettings> settings(architecture.nodes().size());
  for (size_t i = 0; i < settings.size(); ++i)
    if (is_crossbar_layer(architecture.nodes()[i])) settings[i] = settings_of(hardware);
  return settings;
}

ConductanceTargets layer_targets(const MatrixLayer& layer, const LayerParameters& parameters,
                                 const HardwareConfig& hardware) {
  const RowCut& cut = layer.row_cut();
  return map_to_conductances(to_crossbar_rows(parameters.weight, layer.columns(), cut), cut.rows,
                             layer.columns(), as_cut(hardware, cut), parameters.column_scales);
}

std::vector<float> layer_scales(const MatrixLayer& layer, std::span<const float> weights,
                                const HardwareConfig& hardware) {
  const RowCut& cut = layer.row_cut();
  if (cut.taps == 1) return conductance_scales(weights, cut.rows, layer.columns(), hardware);
  return conductance_scales(to_crossbar_rows(weights, layer.columns(), cut), cut.rows, layer.columns(),
                            as_cut(hardware, cut));
}

float split_range(const LayerParameters& parameters, int split) {
  return parameters.split_ranges.empty() ? parameters.input_range
                                         : parameters.split_ranges[static_cast<size_t>(split)];
}

void noisy_operands(const NoisyWeights& weights, RandomKey key, Operands& operands,
                    CrossbarProducts* products) {
  operands.resize(weights.parameters.size());
  if (products) products->resize(operands.size());
  parallel_for(operands.size(), [&](size_t i) {
    if (weights.network.matrix(static_cast<int>(i)))
      fill_operand(weights, i, key, operands[i], products ? &(*products)[i] : nullptr);
  });
}

CrossbarOperand crossbar_operand(const MatrixLayer& layer, const MatrixRead& read,
                                 const LayerParameters& parameters, const HardwareConfig& hardware,
                                 RandomKey chip) {
  CrossbarOperand result;
  MatrixOperand& operand = result.operand;
  const RowCut& cut = layer.row_cut();
  if (cut.taps == 1)
    layer.pack_forward(read.conductances.data(), operand.forward);
  else
    layer.pack_forward(to_matrix_rows(read.conductances, layer.columns(), cut).data(), operand.forward);
  operand.scales = read.output_scales;
  operand.input_range = effective_input_range(hardware, parameters.input_range);
  if (operand.input_range > 0) operand.split_ranges = parameters.split_ranges;
  attach_crossbar(layer, hardware, chip, operand, result.product);
  fold_ranges_into_scales(layer, operand);
  for (auto& scale : operand.scales) scale *= parameters.output_gain;
  return result;
}

MatrixOperand read_operand(const MatrixLayer& layer, const MatrixRead& read,
                           const LayerParameters& parameters, const HardwareConfig& hardware, bool bfloat16,
                           RandomKey chip) {
  auto operand = crossbar_operand(layer, read, parameters, hardware, chip).operand;
  if (bfloat16 && !operand.product) layer.pack_bfloat16(operand);
  return operand;
}

}  // namespace mho
