// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "evaluators/spiking/spike_train.hpp"
#include "evaluators/spiking/spiking_config.hpp"

namespace mho {

/// Inputs that such samples come in on: two a number of a frame, one for what lies above 0 or rises, one for
/// the other. A sample's height is time; a frame is one row of it.
int coded_inputs(const Samples& samples);
/// Steps that a sample takes.
int coded_steps(const SpikeCodingConfig& config, const Samples& samples);

/// A sample as spikes. rate: a number x makes its inputs fire at random, with full_rate_hz
/// min(|x| / full_scale, 1), for the steps of its frame (`step_s` each); draws come from `key`. delta (send
/// on delta): an input spikes once for every `delta` that x has risen, or fallen, since what its spikes added
/// up to, from 0 on; at most one a step, and what is left when the frame ends stays due.
SpikeTrain code_spikes(const SpikeCodingConfig& config, std::span<const float> sample, const Samples& shape,
                       double step_s, RandomKey key);

}  // namespace mho
