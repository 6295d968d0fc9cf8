// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "core/analog/hardware.hpp"

namespace mho {

/// What stands between a network's exact products and a chip's, each of which can be left out by itself.
enum class Effect {
  dac_clipping,  ///< inputs beyond a layer's input range
  dac_rounding,
  adc_clipping,  ///< partial sums beyond hardware.adc_range
  adc_rounding,
  programming_noise,
  drift,  ///< what is left of it behind the compensation
  read_noise,
  output_noise,
  faults,  ///< stuck devices, dead columns
  ir_drop,
  weight_read_noise,  ///< hardware.read_weight_noise
  s_shape,
  column_spread  ///< of gains and offsets
};
template <>
inline constexpr std::array words_of<Effect>{
    "dac_clipping", "dac_rounding", "adc_clipping", "adc_rounding", "programming_noise", "drift",
    "read_noise",   "output_noise", "faults",       "ir_drop",      "weight_read_noise", "s_shape",
    "column_spread"};

/// Those that this hardware has, in the order above. `time_s` after programming.
std::vector<Effect> effects_of(const HardwareConfig& hardware, double time_s);

/// A chip that is asked about instead of the one there is.
struct Variant {
  HardwareConfig hardware;
  bool wide_ranges = false;  ///< input ranges reach the largest input (widened)
};

/// One of the effects left out; everything else, random numbers included, stays as it is. Inputs are no more
/// clipped when their ranges are wide: a wider range makes coarser steps and, in units of weights, larger
/// output noise, as it would on a chip.
Variant without(Variant variant, Effect effect);

/// One of `effects` alone, and none of them.
Variant with_only(const HardwareConfig& hardware, Effect effect, const std::vector<Effect>& effects);
Variant without_all(const HardwareConfig& hardware, const std::vector<Effect>& effects);

}  // namespace mho
