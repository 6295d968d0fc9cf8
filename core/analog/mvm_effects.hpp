// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/fields.hpp"

namespace mho {

struct HardwareConfig;

/// Of a converter: to the nearest level, or up or down so that the mean is exact.
enum class Rounding { nearest, stochastic };
template <>
inline constexpr std::array words_of<Rounding>{"nearest", "stochastic"};

/// Of the weights at every read: s |x|, or s sqrt(sum |w| x^2).
enum class ReadNoiseKind { additive, conductance };
template <>
inline constexpr std::array words_of<ReadNoiseKind>{"additive", "conductance"};

/// Full scale of the input converter: the calibrated range, or each vector's largest |input|.
enum class NoiseManagement { none, abs_max };
template <>
inline constexpr std::array words_of<NoiseManagement>{"none", "abs_max"};

/// What becomes of a product that saturates: nothing, or it is done again with half the input.
enum class BoundManagement { none, iterative };
template <>
inline constexpr std::array words_of<BoundManagement>{"none", "iterative"};

/// What a crossbar does to a matrix-vector product beyond the converters and the output noise of
/// HardwareConfig: effects that need a whole input vector or belong to a column of a chip. Part of the
/// [hardware] table; formulas and sources in docs/physics.md. All off by default.
struct MvmEffects {
  Rounding input_rounding = Rounding::nearest;
  Rounding output_rounding = Rounding::nearest;
  /// Weight noise that is drawn at every read, seen at a column's output: relative strength s.
  double read_weight_noise = 0;
  ReadNoiseKind read_weight_noise_kind = ReadNoiseKind::additive;
  NoiseManagement noise_management = NoiseManagement::none;
  BoundManagement bound_management = BoundManagement::none;
  double s_shape = 0;  ///< n of y / (1 + n |y| / adc_range)
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
/// management without the converter, a spread of nothing), a number that is negative or
/// not finite, and impossible converters.
void check_mvm_effects(const HardwareConfig& hardware);

}  // namespace mho
