// SPDX-License-Identifier: Apache-2.0
#include "core/analog/hardware.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/analog/converter.hpp"
#include "core/analog/devices/device_model.hpp"
#include "core/base/error.hpp"

namespace mho {
void HardwareConfig::fields(FieldVisitor& visitor) {
  visitor.field("device", &device, one_of(device_model_names()), "Memory device model.");
  visitor.field(
      "g_max_us", &g_max_us, between(0, 1000),
      "Largest conductance target, µS; 0: the device's own. Noise scales with it, so accuracies do not "
      "depend on "
      "it unless wires have a resistance or programming a margin in µS, or the device's figures are absolute "
      "(reram_cmo, table).");
  visitor.field("crossbar_rows", &crossbar_rows, between(1, 4096), "Inputs of one crossbar.");
  visitor.field("crossbar_columns", &crossbar_columns, between(1, 4096), "Outputs of one crossbar.");
  visitor.field(
      "weight_scaling", &weight_scaling,
      "What the largest |weight| is taken over before it becomes g_max: each column of a tile, or the "
      "whole tile.");
  cell.fields(visitor);
  visitor.field("dac_bits", &dac_bits, between(0, largest_converter_bits),
                "Input converter, 3 to 10 bits (2^bits - 1 levels); 0 switches it off.");
  visitor.field("adc_bits", &adc_bits, between(0, largest_converter_bits),
                "Output converter, 3 to 10 bits (2^bits - 1 levels); 0 switches it off.");
  visitor.field("adc_range", &adc_range, between(0.1, 10000),
                "Largest |output| of a column, in units of g_max times a full input.");
  visitor.field("output_noise", &output_noise, between(0, 100),
                "Standard deviation of the noise of one output, in units of g_max times a full input.");
  visitor.field(
      "input_percentile", &input_percentile, between(50, 100),
      "Percentile of |input| over the calibration samples that becomes the input converter's range.");
  visitor.field(
      "drift_compensation", &drift_compensation,
      "global: each tile's outputs are scaled by its read-out right after programming over its present "
      "one. column: each column of a tile for itself. exact: as global, but both read-outs without output "
      "noise and converter, the first without read noise too.");
  faults.fields(visitor);
  programming.fields(visitor);
  wires.fields(visitor);
  input_range.fields(visitor);
  effects.fields(visitor);
  visitor.field(
      "digital_layers", &digital_layers, anything(),
      "conv2d and dense layers, by name, that stay in digital units in float32: trained, scored and "
      "exported without devices or converters, and costed as digital multiply-accumulates.");
}

Converter input_converter(const HardwareConfig& hardware) {
  return make_converter(hardware.what_if.dac_rounds ? hardware.dac_bits : 0, 1.0);
}

Converter output_converter(const HardwareConfig& hardware) {
  constexpr float beyond_any_sum = 4096, no_step = 0x1p-20f;
  const auto& [dac_rounds, clips, rounds] = hardware.what_if;
  Converter adc = make_converter(clips || rounds ? hardware.adc_bits : 0, hardware.adc_range);
  if (!rounds) adc.step = adc.limit * no_step;
  if (!clips) adc.limit *= beyond_any_sum;
  return adc;
}

HardwareConfig as_cut(HardwareConfig hardware, const RowCut& cut) {
  hardware.crossbar_rows = cut.split_rows;
  return hardware;
}

void resolve_g_max(HardwareConfig& hardware) {
  const auto model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  hardware.g_max_us = model->range().max_us;
}

void HardwareConfig::check() const {
  if (!std::isfinite(g_max_us) || g_max_us < 0)
    throw ConfigError(
        fmt::format("g_max_us: expected a number above 0, or 0 for the device's own, got {}", g_max_us));
  cell.check();
  faults.check();
  programming.check();
  wires.check();
  check_mvm_effects(*this);
}

}  // namespace mho
