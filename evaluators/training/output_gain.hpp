// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/data/dataset.hpp"
#include "evaluators/compiled_candidate.hpp"

namespace mho {

/// Sets LayerParameters::output_gain of every crossbar layer to sqrt(Var y / Var y_ADC): y the exact outputs,
/// y_ADC those behind the hardware's converters (without noise), over `count` samples as the floating-point
/// network sees them. PIM-QAT (arXiv 2209.08617) rescales the forward pass so that a coarse ADC does not
/// change the spread of what follows, and the backward pass by the inverse. Gains are cut to [1/2, 2]; a
/// layer whose outputs all convert to zero keeps gain 1.
/// `quiet` is the candidate on its hardware without output noise.
void calibrate_output_gains(const CompiledCandidate& quiet, Parameters& parameters, const Samples& samples,
                            int count);

/// The candidate on its hardware without output noise, for calibrate_output_gains.
CompiledCandidate without_output_noise(const Architecture& architecture, HardwareConfig hardware);

}  // namespace mho
