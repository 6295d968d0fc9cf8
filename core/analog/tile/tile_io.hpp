// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/converter.hpp"
#include "core/analog/hardware.hpp"

namespace mho {

/// What stands at the edges of one array and happens inside it during a product. Zero switches each part off.
struct TileIo {
  Converter dac;           ///< limit 1
  Converter adc;           ///< in units of (g_max x full input)
  float input_range = 0;   ///< full scale of the inputs; 0: they are taken as they are, without a limit
  bool abs_max = false;    ///< full scale is each vector's largest |input| instead
  bool iterative = false;  ///< a saturated product is done again with half the input
  bool stochastic_input = false;
  bool stochastic_output = false;
  float weight_noise = 0;
  bool weight_noise_of_conductance = false;
  float s_shape = 0;        ///< n
  float s_shape_range = 1;  ///< |output| that n refers to
  float s_shape_spread = 0;
  float gain_spread = 0;
  float offset_spread = 0;
  float wire = 0;  ///< resistance between two cells times g_max: 1 / G_r of docs/physics.md
  float output_noise = 0;
};

/// The forward and the backward side of that hardware's tiles.
TileIo forward_io(const HardwareConfig& hardware, float input_range);
TileIo backward_io(const HardwareConfig& hardware);
/// The other way through a crossbar whose users want products both ways: backward_io where the hardware has
/// backward converters, else the forward ones at the other edge. Wires and the deviations of columns belong
/// to the forward side. Full scale is each vector's largest |input|.
TileIo transposed_io(const HardwareConfig& hardware);

/// Full scale that a product uses for a calibrated range: 0 (inputs as they are) when the hardware has
/// neither converter nor noise nor other effects, so that an ideal crossbar gives exactly W x, or when it
/// takes each vector's largest input.
float effective_input_range(const HardwareConfig& hardware, float calibrated);

/// Levels on one side of zero of inputs over their range: the input converter's, or without one so many that
/// a sum's own rounding is coarser.
float input_levels(const HardwareConfig& hardware);

}  // namespace mho
