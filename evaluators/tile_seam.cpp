// SPDX-License-Identifier: Apache-2.0
#include "evaluators/tile_seam.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.hpp"
#include "evaluators/crossbar_product.hpp"

namespace mho {
namespace {

/// Levels of an input that is normalised but not quantised: beyond float's own resolution of a sum.
constexpr float kContinuousLevels = 1 << 20;

MvmSettings settings_of(const HardwareConfig& hardware) {
  const Converter dac = make_converter(hardware.dac_bits, 1.0);
  const Converter adc = make_converter(hardware.adc_bits, hardware.adc_range);
  return {dac.step > 0 ? std::round(1.0f / dac.step) : kContinuousLevels, adc.step, adc.limit,
          static_cast<float>(hardware.output_noise), hardware.crossbar_rows};
}

bool is_crossbar_layer(const Node& node) { return node.on_chip.place == OnChip::Place::crossbar; }

/// Weights -> conductances over g_max plus noise, times drift, which the scales undo; one row split after the
/// other: each has scales and a stream of noise of its own.
void normalise_with_noise(const MatrixLayer& layer, const HardwareConfig& hardware, float deviation,
                          float drift, RandomKey key, const FloatBuffer& weights, MatrixOperand& operand) {
  const int rows = layer.geometry().rows(), columns = layer.columns();
  std::vector<float> inverse(operand.scales.size());
  for (size_t i = 0; i < inverse.size(); ++i) {
    inverse[i] = operand.scales[i] > 0 ? drift / operand.scales[i] : 0.0f;
    operand.scales[i] /= drift;
  }
  operand.forward.resize(layer.packed_size());
  NoisyCopy copy;
  copy.to_row = weight_row(columns);
  copy.columns = columns;
  copy.deviation = deviation * drift;
  copy.key = key.value();
  for (int row = 0; row < rows; row += hardware.crossbar_rows, ++copy.stream) {
    copy.from = weights.data() + std::ptrdiff_t{row} * columns;
    copy.scale = inverse.data() + std::ptrdiff_t{1} * static_cast<int>(copy.stream) * columns;
    copy.to = operand.forward.data() + std::ptrdiff_t{row} * copy.to_row;
    copy.rows = std::min(hardware.crossbar_rows, rows - row);
    kernels().noisy_copy(copy);
  }
}

/// The vector path of a layer whose packed conductances are in operand.forward.
void attach_crossbar(const MatrixLayer& layer, const HardwareConfig& hardware, RandomKey chip,
                     MatrixOperand& operand) {
  operand.product = nullptr;
  if (!needs_vector_path(hardware)) return;
  const int rows = layer.geometry().rows(), columns = layer.columns(), width = weight_row(columns);
  MatrixRead read{{}, operand.scales};
  for (int r = 0; r < rows; ++r) {
    const float* row = operand.forward.data() + std::ptrdiff_t{r} * width;
    read.conductances.insert(read.conductances.end(), row, row + columns);
  }
  operand.product = std::make_shared<CrossbarProduct>(
      Crossbar(read, rows, columns, hardware,
               operand.split_ranges.empty() ? std::vector{operand.input_range} : operand.split_ranges, chip),
      chip.with("backward"));
}

/// Scales of the fused products, which compute with inputs over the range.
void fold_ranges_into_scales(const MatrixLayer& layer, MatrixOperand& operand) {
  if (operand.input_range <= 0) return;
  const auto columns = static_cast<size_t>(layer.columns());
  for (size_t i = 0; i < operand.scales.size(); ++i)
    operand.scales[i] *=
        operand.split_ranges.empty() ? operand.input_range : operand.split_ranges[i / columns];
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

float effective_input_range(const HardwareConfig& hardware, float calibrated) {
  if (hardware.effects.noise_management != "none") return 0.0f;
  const bool ideal = hardware.dac_bits == 0 && hardware.adc_bits == 0 && hardware.output_noise == 0 &&
                     !needs_vector_path(hardware);
  return ideal ? 0.0f : calibrated;
}

float split_range(const LayerParameters& parameters, int split) {
  return parameters.split_ranges.empty() ? parameters.input_range
                                         : parameters.split_ranges[static_cast<size_t>(split)];
}

void noisy_operands(const Network& network, const Parameters& parameters, const HardwareConfig& hardware,
                    double weight_noise, RandomKey key, Operands& operands, TrainingRead read) {
  operands.resize(parameters.size());
  parallel_for(parameters.size(), [&](size_t i) {
    const auto* layer = network.matrix(static_cast<int>(i));
    if (!layer) return;
    auto& operand = operands[i];
    const auto& weights = parameters[i].weight;
    if (is_on_crossbar(network, static_cast<int>(i))) {
      operand.input_range = effective_input_range(hardware, parameters[i].input_range);
      operand.scales = conductance_scales(weights, layer->geometry().rows(), layer->columns(), hardware);
      normalise_with_noise(*layer, hardware, static_cast<float>(weight_noise), read.drift,
                           key.with("weight noise", i), weights, operand);
      attach_crossbar(*layer, hardware, key.with("chip", i), operand);
      operand.learns_range = hardware.input_range.mode == "learned" && operand.input_range > 0;
      operand.has_adc = read.adc != TrainingAdc::none;
      operand.output_gain = operand.has_adc ? parameters[i].output_gain : 1.0f;
      operand.clips_gradient = read.adc == TrainingAdc::clipped && layer->settings().adc_step > 0 &&
                               !operand.product && !operand.learns_range;
      fold_ranges_into_scales(*layer, operand);
      for (auto& scale : operand.scales) scale *= operand.output_gain;
    } else {
      layer->pack_forward(weights.data(), operand.forward);
    }
    if (!operand.learns_range && !network.needs_input_gradient(static_cast<int>(i))) return;
    if (operand.clips_gradient && layer->row_splits() > 1)
      layer->pack_backward_splits(operand);
    else
      layer->pack_backward(operand);
  });
}

MatrixOperand read_operand(const MatrixLayer& layer, const MatrixRead& read,
                           const LayerParameters& parameters, const HardwareConfig& hardware, bool bfloat16,
                           RandomKey chip) {
  MatrixOperand operand;
  layer.pack_forward(read.conductances.data(), operand.forward);
  operand.scales = read.output_scales;
  operand.input_range = effective_input_range(hardware, parameters.input_range);
  if (operand.input_range > 0) operand.split_ranges = parameters.split_ranges;
  attach_crossbar(layer, hardware, chip, operand);
  fold_ranges_into_scales(layer, operand);
  for (auto& scale : operand.scales) scale *= parameters.output_gain;
  if (bfloat16 && !operand.product) layer.pack_bfloat16(operand);
  return operand;
}

}  // namespace mho
