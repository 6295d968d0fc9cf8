// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/data/dataset.hpp"
#include "evaluators/compiled_candidate.hpp"

namespace mho {

/// Training samples that each calibration of the input ranges looks at.
inline constexpr int calibration_samples = 256;

/// Sets LayerParameters::input_range of every crossbar layer: to the fixed value where hardware.input_range
/// says so (and where it is learned, only layers that have none yet), else to the given percentile of |input|
/// that it sees when the floating-point network classifies `count` of the samples, spread evenly (Lammie et
/// al. 2024, step 1).
void calibrate_input_ranges(const CompiledCandidate& candidate, Parameters& parameters,
                            const Samples& samples, int count);

/// That percentile for the crossbar layers that have no range (0), whatever hardware.input_range says.
void calibrate_missing_ranges(const CompiledCandidate& candidate, Parameters& parameters,
                              const Samples& samples, int count);

/// Where hardware.input_range is fixed, gives every crossbar layer that range, also to weights that were
/// trained with other ones; nothing otherwise.
void fix_input_ranges(const CompiledCandidate& candidate, Parameters& parameters);

}  // namespace mho
