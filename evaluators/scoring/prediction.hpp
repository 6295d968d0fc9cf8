// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/data/dataset.hpp"
#include "core/nn/graph/parameters.hpp"
#include "evaluators/compiled_candidate.hpp"
#include "evaluators/post_training.hpp"

namespace mho {

/// A chip to predict on, instead of in digital.
struct PredictionChip {
  double time_s = 0;  ///< after programming
  const PostTrainingConfig& post_training;
  const Samples& calibration;  ///< training samples, for what post_training measures on the chip
  bool bfloat16 = false;       ///< arithmetic of the products
};

/// Logits of every sample, count x classes (of next steps count x steps x classes), row-major: in digital, or
/// as read from one programmed chip. The key decides devices and noise; same arguments, same bits for any
/// number of threads. Throws MappingError or ConfigError.
std::vector<float> predict(const CompiledCandidate& candidate, const Parameters& parameters,
                           const Samples& samples, const std::optional<PredictionChip>& chip, RandomKey key);

}  // namespace mho
