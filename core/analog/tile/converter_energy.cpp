// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/converter_energy.hpp"

#include <cmath>

namespace mho {
namespace {

constexpr double output_low_j = 26e-12, output_high_j = 37e-12, input_low_j = 5.2e-12, input_high_j = 13e-12;

double conversions_at_8_bits(int bits, std::int64_t count) {
  return bits == 0 ? 0.0 : static_cast<double>(count) * std::exp2(bits - 8);
}

}  // namespace

EnergyBracket converter_energy(const HardwareConfig& hardware, const TileUse& forward,
                               const TileUse& transposed) {
  const auto& e = hardware.effects;
  const bool own = has_backward_converters(e);
  const double inputs =
      conversions_at_8_bits(hardware.dac_bits, forward.dac_conversions) +
      conversions_at_8_bits(own ? e.backward_dac_bits : hardware.dac_bits, transposed.dac_conversions);
  const double outputs =
      conversions_at_8_bits(hardware.adc_bits, forward.adc_conversions) +
      conversions_at_8_bits(own ? e.backward_adc_bits : hardware.adc_bits, transposed.adc_conversions);
  return {inputs * input_low_j + outputs * output_low_j, inputs * input_high_j + outputs * output_high_j};
}

}  // namespace mho
