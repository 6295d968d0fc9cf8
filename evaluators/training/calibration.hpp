// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/hardware.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/run/network.hpp"

namespace mho {

/// Training samples that each calibration of the input ranges looks at.
inline constexpr int calibration_samples = 256;

/// Sets LayerParameters::input_range of every crossbar layer: to the fixed value where hardware.input_range
/// says so (and where it is learned, only layers that have none yet), else to the given percentile of |input|
/// that it sees when the floating-point network classifies `count` of the samples, spread evenly (Lammie et
/// al. 2024, step 1).
void calibrate_input_ranges(const Network& network, Parameters& parameters, const Samples& samples, int count,
                            const HardwareConfig& hardware);

/// Where hardware.input_range is fixed, gives every crossbar layer that range, also to weights that were
/// trained with other ones; nothing otherwise.
void fix_input_ranges(const Network& network, Parameters& parameters, const HardwareConfig& hardware);

}  // namespace mho
