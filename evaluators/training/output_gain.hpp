// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/hardware.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/run/network.hpp"

namespace mho {

/// Sets LayerParameters::output_gain of every crossbar layer to sqrt(Var y / Var y_ADC): y the exact outputs,
/// y_ADC those behind the hardware's converters (without noise), over `count` samples as the floating-point
/// network sees them. PIM-QAT (arXiv 2209.08617) rescales the forward pass so that a coarse ADC does not
/// change the spread of what follows, and the backward pass by the inverse. Gains are cut to [1/2, 2]; a
/// layer whose outputs all convert to zero keeps gain 1.
void calibrate_output_gains(const Network& network, Parameters& parameters, const Samples& samples, int count,
                            const HardwareConfig& hardware);

}  // namespace mho
