// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "evaluators/spiking/lif_network.hpp"

namespace mho {

/// Gradients of the three matrices, rows x columns each.
struct EpropGradients {
  std::vector<float> input, recurrent, output;

  EpropGradients(int inputs, int neurons, int outputs);
  void clear();
  /// Adds another sample's.
  void add(const EpropGradients& other);
  void scale(float factor);
  /// Brings every one within +- limit.
  void clip(float limit);
};

/// What neurons are told of the error.
struct LearningSignal {
  std::span<const float> errors;    ///< dE/dy, steps x outputs
  std::span<const float> feedback;  ///< fixed and random, outputs x neurons
  double target_rate_hz = 0;
  double rate_regularisation = 0;  ///< learning signal for each Hz above that rate, at every step
};

/// Adds a sample's e-prop gradients (Bellec et al. 2020): with i a row, j a column,
///   dE/dW_ji = sum_t L_j(t) F_kappa[ psi_j zbar_i ](t),  zbar_i = F_alpha[ z_i ],
///   L_j(t) = sum_o B_oj err_o(t) + regularisation (rate_j - target),
///   dE/dW_oi = sum_t err_o(t) F_kappa[ z_i ](t),
/// F_a[x](t) = sum_(s <= t) a^(t - s) x(s), psi = h max(0, 1 - |v - threshold| / threshold). Recurrent spikes
/// arrive a step later. That of the read-out is the exact gradient; the others are so up to what e-prop
/// leaves out (paths through other neurons, and the reset).
void add_eprop_gradients(const LifConfig& config, const LifRun& run, const SpikeTrain& inputs,
                         const LearningSignal& signal, EpropGradients& gradients);

}  // namespace mho
