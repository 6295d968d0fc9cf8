// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "evaluators/measures/pulse_statistics.hpp"

namespace mho {

// What `mho device NAME --pulses` says, in its three forms.

/// A JSON object: "curve", "steps", "symmetry_point" and, where there is one, "fit".
std::string pulses_json(const PulseStatistics& found, const PulseFit& fit);
/// The curve, a row a point.
std::string pulses_csv(const PulseStatistics& found);
/// A plot of the curve, and tables.
std::string pulses_text(const PulseStatistics& found, const PulseFit& fit, ConductanceRange range);

}  // namespace mho
