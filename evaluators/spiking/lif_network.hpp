// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "evaluators/spiking/spike_train.hpp"
#include "evaluators/spiking/synapses.hpp"

namespace mho {

/// What joins inputs, neurons and read-outs: rows inputs or neurons, columns neurons or read-outs.
struct Connections {
  const Synapses& input;
  const Synapses& recurrent;  ///< its diagonal counts for nothing: no neuron is connected to itself
  const Synapses& output;
};

/// What one sample left, kept for its gradients.
struct LifRun {
  std::vector<float> potentials;  ///< steps x neurons
  SpikeTrain spikes;              ///< of the neurons
  std::vector<float> outputs;     ///< steps x read-outs
};

/// Leaky integrate-and-fire neurons, at rest before the first step (Bellec et al., Nature Communications 11,
/// 3625, 2020, in the constants of Demirag et al.): with x and z the spikes of inputs and neurons,
///   v_t = alpha v_(t-1) + z_(t-1) W_rec + x_t W_in - threshold z_(t-1),  z_t = v_t > threshold,
///   y_t = kappa y_(t-1) + z_t W_out.
/// A spike adds one row of weights; rows without spikes cost nothing. Reads of devices come from `key`.
/// Reuses the memory in `run`.
void run_lif(const LifConfig& config, const Connections& connections, const SpikeTrain& inputs, RandomKey key,
             LifRun& run);

}  // namespace mho
