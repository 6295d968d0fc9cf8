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

bool is_crossbar_layer(const Node& node) {
  return (std::holds_alternative<Conv2d>(node.layer) || std::holds_alternative<Dense>(node.layer)) &&
         !is_grouped(node);
}

/// Packed weights -> conductances over g_max plus noise, row by row.
void normalise_with_noise(const MatrixLayer& layer, const HardwareConfig& hardware, float deviation,
                          RandomKey key, MatrixOperand& operand) {
  const int rows = layer.geometry().rows(), columns = layer.columns(), width = padded_columns(columns);
  std::vector<float> inverse(operand.scales.size());
  for (size_t i = 0; i < inverse.size(); ++i)
    inverse[i] = operand.scales[i] > 0 ? 1.0f / operand.scales[i] : 0.0f;
  const size_t noisy_row = (static_cast<size_t>(columns) + 63) / 64 * 64;  // fill_normal's offsets
  std::vector<float> noise(noisy_row);
  for (int r = 0; r < rows; ++r) {
    const float* scale = inverse.data() + std::ptrdiff_t{1} * (r / hardware.crossbar_rows) * columns;
    float* weights = operand.forward.data() + std::ptrdiff_t{r} * width;
    if (deviation > 0) fill_normal(key, noise, static_cast<size_t>(r) * noisy_row);
    for (int c = 0; c < columns; ++c)
      weights[c] = weights[c] * scale[c] + deviation * noise[static_cast<size_t>(c)];
  }
}

/// The vector path of a layer whose packed conductances are in operand.forward.
void attach_crossbar(const MatrixLayer& layer, const HardwareConfig& hardware, RandomKey chip,
                     MatrixOperand& operand) {
  operand.product = nullptr;
  if (!needs_vector_path(hardware)) return;
  const int rows = layer.geometry().rows(), columns = layer.columns(), width = padded_columns(columns);
  MatrixRead read{{}, operand.scales};
  for (int r = 0; r < rows; ++r) {
    const float* row = operand.forward.data() + std::ptrdiff_t{r} * width;
    read.conductances.insert(read.conductances.end(), row, row + columns);
  }
  operand.product = std::make_shared<CrossbarProduct>(
      Crossbar(read, rows, columns, hardware, std::vector{operand.input_range}, chip), chip.with("backward"));
}

/// Scales of the fused products, which compute with inputs over the range.
void fold_range_into_scales(MatrixOperand& operand) {
  if (operand.input_range > 0)
    for (auto& scale : operand.scales) scale *= operand.input_range;
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

void noisy_operands(const Network& network, const Parameters& parameters, const HardwareConfig& hardware,
                    double weight_noise, RandomKey key, Operands& operands) {
  operands.resize(parameters.size());
  parallel_for(parameters.size(), [&](size_t i) {
    const auto* layer = network.matrix(static_cast<int>(i));
    if (!layer) return;
    auto& operand = operands[i];
    layer->pack_forward(parameters[i].weight.data(), operand.forward);
    if (is_on_crossbar(network, static_cast<int>(i))) {
      operand.input_range = effective_input_range(hardware, parameters[i].input_range);
      operand.scales =
          conductance_scales(parameters[i].weight, layer->geometry().rows(), layer->columns(), hardware);
      normalise_with_noise(*layer, hardware, static_cast<float>(weight_noise), key.with("weight noise", i),
                           operand);
      attach_crossbar(*layer, hardware, key.with("chip", i), operand);
      operand.learns_range = hardware.input_range.mode == "learned" && operand.input_range > 0;
      fold_range_into_scales(operand);
    }
    if (operand.learns_range || network.needs_input_gradient(static_cast<int>(i)))
      layer->pack_backward(operand);
  });
}

MatrixOperand read_operand(const MatrixLayer& layer, const MatrixRead& read, const HardwareConfig& hardware,
                           float input_range, bool bfloat16, RandomKey chip) {
  MatrixOperand operand;
  layer.pack_forward(read.conductances.data(), operand.forward);
  operand.scales = read.output_scales;
  operand.input_range = input_range;
  attach_crossbar(layer, hardware, chip, operand);
  fold_range_into_scales(operand);
  if (bfloat16 && !operand.product) layer.pack_bfloat16(operand);
  return operand;
}

}  // namespace mho
