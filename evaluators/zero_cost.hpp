// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/analog/hardware.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/graph/architecture.hpp"
#include "evaluators/training/training.hpp"

namespace mho {

/// What an untrained network tells, at the price of a few mini-batches.
struct ZeroCost {
  /// log |K + 1| of the images' binary ReLU codes: K_ij counts the units at which images i and j agree
  /// (Mellor et al. 2021, eq. 2; the identity keeps it finite when two images have one code). Larger: the
  /// images are told apart by more units.
  double naswot = 0;
  /// Euclidean norm of the mean loss' gradient over all weights (Abdelfattah et al. 2021).
  double gradient_norm = 0;
  /// Root mean square change of the logits when the crossbars' weights get the training's noise and the
  /// converters are on, over the standard deviation of the logits over images. Smaller is better.
  double noise_sensitivity = 0;
};

/// naswot, gradient_norm, noise_sensitivity.
std::vector<std::string> zero_cost_names();

/// The measure of that name, signed so that larger promises more. Throws ConfigError.
double zero_cost_merit(const ZeroCost& measures, const std::string& name);

/// Measures a network with the weights that a training with `key` starts from, on 64 training samples; batch
/// norms use the samples' statistics, as in training.
ZeroCost zero_cost(const Architecture& architecture, const Samples& samples, const TaskConfig& task,
                   const TrainingConfig& training, const HardwareConfig& hardware, RandomKey key);

}  // namespace mho
