// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "core/data/metric.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/spiking/spiking_network.hpp"

namespace mho {

struct SpikingClassResult {
  std::vector<double> losses;     ///< mean cross-entropy of each epoch's samples, as they were learnt from
  double validation = 0;          ///< metric, of the weights as they are; 0 without such samples
  double test = 0;                ///< the same
  std::vector<DriftPoint> drift;  ///< of the test samples, over chips or reads
  double rate_hz = 0;             ///< mean over neurons, of the last epoch
  std::int64_t state_steps = 0;   ///< steps of neurons, in training
  bool stopped = false;           ///< nothing is scored then
  SpikingWrites writes;
};

/// Trains on the classes of `data` (its training samples; validation ones are only judged): samples become
/// spikes (SpikeCoder; anew each epoch), a read-out's mean over the steps is its class's logit, and the
/// learning signal is that of their softmax cross-entropy. Learning rates fall linearly to 0, because the
/// last batches would leave their mark otherwise. Weights that are numbers are then programmed onto
/// `programmings` chips; trained devices are read as often. Either drifts to each of times_s.
/// `epoch_done` (epochs, loss) returns false to end early. Throws RunError when states are no numbers.
SpikingClassResult run_spiking_classes(const SpikingConfig& config, const Dataset& data,
                                       const std::function<bool(int, double)>& epoch_done);

}  // namespace mho
