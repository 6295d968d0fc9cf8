// SPDX-License-Identifier: Apache-2.0
#include "core/analog/mvm_effects.hpp"
#include "core/analog/converter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/analog/hardware.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr double max_strength = 100;

void check_strength(const char* name, double value) {
  if (!(value >= 0 && value <= max_strength))
    throw ConfigError(fmt::format("hardware.{}: expected 0 to {}, got {}", name, max_strength, value));
}

/// Refuses a setting that something else makes meaningless.
void check_effect(bool meaningless, const std::string& setting, const std::string& other) {
  if (meaningless)
    throw ConfigError(
        fmt::format("hardware.{} has no effect with hardware.{}: change one of them", setting, other));
}

}  // namespace

void MvmEffects::fields(FieldVisitor& visitor) {
  visitor.field("input_rounding", &input_rounding,
                "Of the input converters, forward and backward: to the nearest level, or up or down so that "
                "the mean is exact.");
  visitor.field("output_rounding", &output_rounding, "The same of the output converter.");
  visitor.field("read_weight_noise", &read_weight_noise, between(0, max_strength),
                "Strength of the weights' noise at every read (read_weight_noise_kind says of what).");
  visitor.field("read_weight_noise_kind", &read_weight_noise_kind,
                "additive: deviation of a weight in units of g_max; conductance: the same times the root of "
                "its |conductance|, as phase-change memory has it.");
  visitor.field("noise_management", &noise_management,
                "Full scale of the input converter: the calibrated range, or each tile's largest |input| of "
                "this vector.");
  visitor.field("bound_management", &bound_management,
                "iterative: a product that saturates the output converter is done again with half the input, "
                "until it fits.");
  visitor.field("s_shape", &s_shape, between(0, max_strength),
                "Output nonlinearity n: y becomes y (1 + n / 2)^2 / (1 + n |y| / adc_range).");
  visitor.field("s_shape_spread", &s_shape_spread, between(0, max_strength),
                "Relative standard deviation of n over the columns of a chip.");
  visitor.field("column_gain_spread", &column_gain_spread, between(0, max_strength),
                "Relative standard deviation of the gain over the columns of a chip.");
  visitor.field("column_offset_spread", &column_offset_spread, between(0, max_strength),
                "Standard deviation of the offset over the columns of a chip, in units of g_max times a full "
                "input.");
  visitor.field("backward_dac_bits", &backward_dac_bits, between(0, 10),
                "Input converter of the transposed product in training, 3 to 10 bits; full scale is each "
                "vector's largest |gradient|. 0: off; all backward settings 0: gradients go back exactly.");
  visitor.field("backward_adc_bits", &backward_adc_bits, between(0, 10),
                "Output converter of the transposed product, 3 to 10 bits; 0: off.");
  visitor.field("backward_adc_range", &backward_adc_range, between(0.1, 10000),
                "Largest |output| of a row in the transposed product, in units of g_max times a full input.");
  visitor.field("backward_output_noise", &backward_output_noise, between(0, max_strength),
                "Standard deviation of one output of the transposed product, same unit.");
}

bool has_backward_converters(const MvmEffects& effects) {
  return effects.backward_dac_bits > 0 || effects.backward_adc_bits > 0 || effects.backward_output_noise > 0;
}

bool needs_vector_path(const HardwareConfig& hardware) {
  const auto& e = hardware.effects;
  return e.input_rounding != Rounding::nearest || e.output_rounding != Rounding::nearest ||
         e.read_weight_noise > 0 || e.noise_management != NoiseManagement::none ||
         e.bound_management != BoundManagement::none || e.s_shape > 0 || e.column_gain_spread > 0 ||
         e.column_offset_spread > 0 || hardware.wires.ir_drop == IrDrop::approximate ||
         has_backward_converters(e);
}

void check_mvm_effects(const HardwareConfig& hardware) {
  const auto& e = hardware.effects;
  check_strength("read_weight_noise", e.read_weight_noise);
  check_strength("s_shape", e.s_shape);
  check_strength("s_shape_spread", e.s_shape_spread);
  check_strength("column_gain_spread", e.column_gain_spread);
  check_strength("column_offset_spread", e.column_offset_spread);
  check_strength("backward_output_noise", e.backward_output_noise);
  check_strength("output_noise", hardware.output_noise);
  make_converter(hardware.dac_bits, 1.0);
  make_converter(hardware.adc_bits, hardware.adc_range);
  make_converter(e.backward_dac_bits, 1.0);
  make_converter(e.backward_adc_bits, e.backward_adc_range);
  check_effect(e.input_rounding != Rounding::nearest && hardware.dac_bits == 0, "input_rounding = stochastic",
               "dac_bits = 0");
  check_effect(e.output_rounding != Rounding::nearest && hardware.adc_bits == 0,
               "output_rounding = stochastic", "adc_bits = 0");
  check_effect(e.bound_management != BoundManagement::none && hardware.adc_bits == 0,
               "bound_management = iterative", "adc_bits = 0");
  check_effect(e.s_shape_spread > 0 && e.s_shape == 0, "s_shape_spread > 0", "s_shape = 0");
  check_effect(
      e.noise_management != NoiseManagement::none && hardware.input_range.mode != InputRangeMode::percentile,
      "input_range = " + word_of(hardware.input_range.mode),
      "noise_management = " + word_of(e.noise_management));
}

}  // namespace mho
