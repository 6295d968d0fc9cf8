// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/data/dataset.hpp"
#include "evaluators/measures/zero_cost_measure.hpp"
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

/// One measure, signed so that larger promises more; 0 of none.
double zero_cost_merit(const ZeroCost& measures, ZeroCostMeasure measure);

/// Measures a network with the weights that a training with `key` starts from, on 64 training samples; batch
/// norms use the samples' statistics, as in training.
ZeroCost zero_cost(const CompiledCandidate& candidate, const Samples& samples, const TrainingConfig& training,
                   Target target, RandomKey key);

}  // namespace mho
