// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/tile_io.hpp"

namespace mho {

TileIo forward_io(const HardwareConfig& hardware, float input_range) {
  const auto& e = hardware.effects;
  TileIo io;
  io.dac = input_converter(hardware);
  io.adc = output_converter(hardware);
  io.input_range = input_range;
  io.abs_max = e.noise_management == NoiseManagement::abs_max;
  io.iterative = e.bound_management == BoundManagement::iterative;
  io.stochastic_input = e.input_rounding == Rounding::stochastic;
  io.stochastic_output = e.output_rounding == Rounding::stochastic;
  io.weight_noise = static_cast<float>(e.read_weight_noise);
  io.weight_noise_of_conductance = e.read_weight_noise_kind == ReadNoiseKind::conductance;
  io.s_shape = static_cast<float>(e.s_shape);
  io.s_shape_range = static_cast<float>(hardware.adc_range);
  io.s_shape_spread = static_cast<float>(e.s_shape_spread);
  io.gain_spread = static_cast<float>(e.column_gain_spread);
  io.offset_spread = static_cast<float>(e.column_offset_spread);
  if (hardware.wires.ir_drop == IrDrop::approximate)
    io.wire = static_cast<float>(hardware.wires.wire_resistance_ohm * hardware.g_max_us * 1e-6);
  io.output_noise = static_cast<float>(hardware.output_noise);
  return io;
}

TileIo backward_io(const HardwareConfig& hardware) {
  const auto& e = hardware.effects;
  TileIo io;
  io.dac = make_converter(e.backward_dac_bits, 1.0);
  io.adc = make_converter(e.backward_adc_bits, e.backward_adc_range);
  io.abs_max = true;  // gradients have no fixed size
  io.stochastic_input = e.input_rounding == Rounding::stochastic;
  io.output_noise = static_cast<float>(e.backward_output_noise);
  return io;
}

TileIo transposed_io(const HardwareConfig& hardware) {
  if (has_backward_converters(hardware.effects)) return backward_io(hardware);
  TileIo io = forward_io(hardware, 0);
  io.abs_max = true;
  io.wire = io.s_shape = io.gain_spread = io.offset_spread = 0;
  return io;
}

float effective_input_range(const HardwareConfig& hardware, float calibrated) {
  if (hardware.effects.noise_management != NoiseManagement::none) return 0.0f;
  const bool ideal = hardware.dac_bits == 0 && hardware.adc_bits == 0 && hardware.output_noise == 0 &&
                     !needs_vector_path(hardware);
  return ideal ? 0.0f : calibrated;
}

float input_levels(const HardwareConfig& hardware) {
  constexpr float continuous = 1 << 20;
  const Converter dac = input_converter(hardware);
  return dac.step > 0 ? levels_of(dac) : continuous;
}

}  // namespace mho
