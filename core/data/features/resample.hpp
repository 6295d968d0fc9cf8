// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace mho {

/// `samples` of one rate at another one: a sinc of 32 zero crossings a side under a Kaiser window (beta 10),
/// cut off at 0.94 of the lower of the two Nyquist frequencies; stop band below -90 dB. Sample i of the
/// result stands at the time i / to_hz; there are ceil(n x to_hz / from_hz). The same rate gives the same
/// samples. Throws InputError for rates below 1 Hz. Source: J. O. Smith, "Digital Audio Resampling Home
/// Page".
std::vector<float> resample(std::span<const float> samples, int from_hz, int to_hz);

}  // namespace mho
