// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "evaluators/spiking/spiking_network.hpp"

namespace mho {

/// The spikes that come in, and the curve that the read-out is to draw: (sum over 1, 2, 3, 5 Hz of a_f
/// sin(2 pi f t + phi_f)) over its largest size, a_f uniform in 0.5 to 2, phi_f in 0 to 2 pi.
struct Pattern {
  SpikeTrain inputs;
  std::vector<float> target;
};
Pattern make_pattern(const SpikingConfig& config, RandomKey key);

struct PatternResult {
  std::vector<double> errors;   ///< mean squared error before each weight update
  double error = 0;             ///< after the last one
  double normalised_error = 0;  ///< over the target's variance
  double rate_hz = 0;           ///< mean over neurons, of the last run
  std::int64_t events = 0;      ///< spikes that went through a matrix, of inputs and neurons, all runs
  bool stopped = false;
  SpikingWrites writes;
  std::vector<float> target, output;
};

/// Trains a network on its pattern, one weight update an epoch. `epoch_done` (epochs, error) returns false to
/// end early. Throws RunError when states are no numbers.
PatternResult run_pattern(const SpikingConfig& config, const std::function<bool(int, double)>& epoch_done);

}  // namespace mho
