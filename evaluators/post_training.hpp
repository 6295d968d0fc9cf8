// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/data/dataset.hpp"
#include "evaluators/compiled_candidate.hpp"

namespace mho {

/// When a programmed chip's batch norms are calibrated: once, or before each scored time.
enum class BatchNormTime { programming, every_time };
template <>
inline constexpr std::array words_of<BatchNormTime>{"programming", "every_time"};

/// The [post_training] table: calibrations that change no trained weight, from a few training samples, after
/// any regime. The first two are properties of the network and are made once; the last two are properties of
/// one programmed chip and are made after each programming.
struct PostTrainingConfig {
  bool input_range = false;         ///< each tile's DAC range from the inputs that it sees
  double input_percentile = 99.95;  ///< of |input|
  bool column_range = false;        ///< each column's conductance range from the outputs that it gives
  double column_deviations = 4;     ///< outputs up to |mean| + this many standard deviations fit the ADC
  int range_samples = 64;           ///< samples that both ranges look at
  int batch_norm_samples = 0;  ///< batch norms' statistics are taken anew on the programmed chip; 0: kept
  BatchNormTime batch_norm_at = BatchNormTime::programming;
  int affine_samples = 0;  ///< each tile column's gain and offset are fitted to the exact outputs; 0: not

  void fields(FieldVisitor& visitor);
  bool changes_parameters() const { return input_range || column_range; }
};

/// Sets LayerParameters::split_ranges and column_scales of every crossbar layer (Lammie et al., ISCAS 2024;
/// docs/ sources.md):
///   input range of a tile = the percentile of |x| over the inputs of its rows,
///   weight at g_max of a column = max(its largest |w|, (|mean| + L deviation of its output) / (input range x
///   ADC range)).
/// So a column grows to the whole conductance range unless its outputs would saturate the ADC. What `config`
/// leaves off stays as it is. Inputs are those of the floating-point network.
void optimise_ranges(const CompiledCandidate& candidate, const Samples& samples,
                     const PostTrainingConfig& config, Parameters& parameters);

}  // namespace mho
