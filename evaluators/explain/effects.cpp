// SPDX-License-Identifier: Apache-2.0
#include "evaluators/explain/effects.hpp"

#include "core/analog/devices/device_model.hpp"
#include "core/analog/tile/tile_io.hpp"

namespace mho {
namespace {

/// Whether the device itself has it; scales of 0 count as without.
bool is_of_device(const HardwareConfig& hardware, Effect effect, double time_s) {
  const auto& scales = hardware.device_parameters.scales;
  const auto model = make_device_model(hardware.device, hardware.g_max_us, hardware.device_parameters);
  const double target_us = 0.5 * (model->range().min_us + model->range().max_us);
  const double programmed_us = model->programming_deviation_us(target_us);
  if (effect == Effect::programming_noise) return scales.programming_noise_scale > 0 && programmed_us > 0;
  const auto read = model->expected_us(target_us, time_s);
  if (read.mean == target_us && read.deviation <= programmed_us) return false;  // neither drifts nor is noisy
  if (effect == Effect::drift) return scales.drift_scale > 0 && time_s > 0;
  return scales.read_noise_scale > 0;
}

bool is_present(const HardwareConfig& hardware, Effect effect, double time_s) {
  const auto& effects = hardware.effects;
  const auto& faults = hardware.faults;
  switch (effect) {
    case Effect::dac_clipping:
      return effective_input_range(hardware, 1) > 0;
    case Effect::dac_rounding:
      return hardware.dac_bits > 0;
    case Effect::adc_clipping:
    case Effect::adc_rounding:
      return hardware.adc_bits > 0;
    case Effect::programming_noise:
    case Effect::drift:
    case Effect::read_noise:
      return is_of_device(hardware, effect, time_s);
    case Effect::output_noise:
      return hardware.output_noise > 0;
    case Effect::faults:
      return faults.stuck_at_reset_rate > 0 || faults.stuck_at_set_rate > 0 || faults.dead_column_rate > 0;
    case Effect::ir_drop:
      return hardware.wires.ir_drop != IrDrop::none;
    case Effect::weight_read_noise:
      return effects.read_weight_noise > 0;
    case Effect::s_shape:
      return effects.s_shape > 0;
    case Effect::column_spread:
      return effects.column_gain_spread > 0 || effects.column_offset_spread > 0;
  }
  return false;
}

}  // namespace

std::vector<Effect> effects_of(const HardwareConfig& hardware, double time_s) {
  std::vector<Effect> present;
  for (size_t i = 0; i < words_of<Effect>.size(); ++i)
    if (is_present(hardware, static_cast<Effect>(i), time_s)) present.push_back(static_cast<Effect>(i));
  return present;
}

Variant without(Variant variant, Effect effect) {
  auto& hardware = variant.hardware;
  auto& scales = hardware.device_parameters.scales;
  switch (effect) {
    case Effect::dac_clipping:
      variant.wide_ranges = true;
      break;
    case Effect::dac_rounding:
      hardware.what_if.dac_rounds = false;
      break;
    case Effect::adc_clipping:
      hardware.what_if.adc_clips = false;
      break;
    case Effect::adc_rounding:
      hardware.what_if.adc_rounds = false;
      break;
    case Effect::programming_noise:
      scales.programming_noise_scale = 0;
      break;
    case Effect::drift:
      scales.drift_scale = 0;
      break;
    case Effect::read_noise:
      scales.read_noise_scale = 0;
      break;
    case Effect::output_noise:
      hardware.output_noise = 0;
      break;
    case Effect::faults:
      hardware.faults = {};
      break;
    case Effect::ir_drop:
      hardware.wires.ir_drop = IrDrop::none;
      break;
    case Effect::weight_read_noise:
      hardware.effects.read_weight_noise = 0;
      break;
    case Effect::s_shape:
      hardware.effects.s_shape = hardware.effects.s_shape_spread = 0;
      break;
    case Effect::column_spread:
      hardware.effects.column_gain_spread = hardware.effects.column_offset_spread = 0;
      break;
  }
  return variant;
}

Variant with_only(const HardwareConfig& hardware, Effect effect, const std::vector<Effect>& effects) {
  Variant variant{hardware};
  for (const Effect other : effects)
    if (other != effect) variant = without(std::move(variant), other);
  return variant;
}

Variant without_all(const HardwareConfig& hardware, const std::vector<Effect>& effects) {
  Variant variant{hardware};
  for (const Effect effect : effects) variant = without(std::move(variant), effect);
  return variant;
}

}  // namespace mho
