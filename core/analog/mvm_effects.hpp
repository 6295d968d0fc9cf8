// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/fields.hpp"

namespace mho {

struct HardwareConfig;

/// What a crossbar does to a matrix-vector product beyond the converters and the output noise of
/// HardwareConfig: effects that need a whole input vector or belong to a column of a chip. Part of the
/// [hardware] table; formulas and sources in docs/physics.md. All off by default.
struct MvmEffects {
  std::string input_rounding = "nearest";   ///< nearest | stochastic
  std::string output_rounding = "nearest";  ///< nearest | stochastic
  /// Weight noise that is drawn at every read, seen at a column's output: relative strength s.
  double read_weight_noise = 0;
  std::string read_weight_noise_kind = "additive";  ///< additive: s |x|; conductance: s sqrt(sum |w| x^2)
  std::string noise_management = "none";            ///< none | abs_max
  std::string bound_management = "none";            ///< none | iterative
  double s_shape = 0;                               ///< n of y / (1 + n |y| / adc_range)
  double s_shape_spread = 0;
  double column_gain_spread = 0;
  double column_offset_spread = 0;  ///< in units of g_max x full input
  int backward_dac_bits = 0;        ///< 0 to all of these: gradients go back exactly
  int backward_adc_bits = 0;
  double backward_adc_range = 10.0;
  double backward_output_noise = 0;

  void fields(FieldVisitor& visitor);
};

/// Whether the products need the vector path (core/analog/tile/frozen_matrix.hpp); false is the fused path.
bool needs_vector_path(const HardwareConfig& hardware);

/// Whether gradients go back through the array and converters of their own.
bool has_backward_converters(const MvmEffects& effects);

/// Throws ConfigError for a combination in which a setting would have no effect (stochastic rounding or bound
/// management without the converter, a spread of nothing), for an unknown word, a number that is negative or
/// not finite, and impossible converters.
void check_mvm_effects(const HardwareConfig& hardware);

}  // namespace mho
