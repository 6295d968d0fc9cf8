// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/fields.hpp"

namespace mho {

/// The [hardware] table: device model, weight mapping, converters and crossbar size. One set of numbers for the
/// training path (noisy weight copy, fused converters) and for the device path (programmed conductances).
struct HardwareConfig {
  std::string device = "pcm";            ///< device model, see core/analog/devices
  double g_max_us = 25.0;                ///< largest conductance target, uS
  int crossbar_rows = 256;
  int crossbar_columns = 256;
  std::string weight_scaling = "column";  ///< column: max|w| of each column -> g_max; tile: one scale a tile
  int dac_bits = 8;                      ///< 0 switches the input converter off
  int adc_bits = 8;                      ///< 0 switches the output converter off
  double adc_range = 10.0;               ///< largest |output|, in units of (g_max x full input)
  double output_noise = 0.04;            ///< standard deviation of one output, same unit
  double input_percentile = 99.95;       ///< of |input| over the calibration samples: the DAC's range
  std::string drift_compensation = "global";  ///< global | none

  void fields(FieldVisitor& visitor);
};

/// A converter with 2^bits - 1 symmetric levels from -limit to +limit: step = 2 limit / (2^bits - 2).
/// bits == 0 is no converter at all (step 0).
struct Converter {
  float limit = 0;
  float step = 0;
};
Converter make_converter(int bits, double limit);

/// Rounds to the nearest level and clips; the identity when step is 0.
float convert(const Converter& converter, float value);

}  // namespace mho
