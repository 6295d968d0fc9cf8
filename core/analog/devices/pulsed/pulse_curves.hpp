// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// A device's conductance after rising numbers of pulses in one direction, µS.
struct PulseCurve {
  std::vector<int> pulses;
  std::vector<float> g_us;
};

struct PulseCurves {
  PulseCurve up, down;
  double min_us() const;
  double max_us() const;
};

/// Reads the CSV of PulseTableParameters: columns up_us and down_us, a row a pulse from no pulse on, or a row
/// for each number of pulses in a column `pulse`. A curve may end before the other (empty cells from there
/// on). Throws ConfigError as read_measurements, and with file and line for a curve that goes the wrong way,
/// pulses that do not rise, a gap inside a curve, and a curve of fewer than three points or without any
/// change.
PulseCurves read_pulse_curves(const std::string& file);

/// Steps of one direction over the conductance: at `nodes` even places from min_us to max_us, linear between.
struct StepCurve {
  double min_us = 0, max_us = 0;
  std::vector<double> step_us;
  double at(double conductance_us) const;
};

/// A direction's steps, and what they leave of the measured ones.
struct StepFit {
  StepCurve curve;
  double relative_noise = 0;  ///< root mean square of what is left over that of the steps
};

/// Least squares of the steps between a curve's points over the mean conductance that their pulses found:
/// points that several pulses lie between count as many, second differences of neighbouring nodes are held
/// down a little (1/1000 of the data's weight), so that nodes without data go on straight; nodes below 0
/// become 0.
StepFit fit_steps(const PulseCurve& curve, const StepCurve& places);

/// The curve beside the one that the fit makes from its first point.
PulseFit compare_with_fit(const PulseCurve& curve, const StepCurve& fit, bool up);

}  // namespace mho
