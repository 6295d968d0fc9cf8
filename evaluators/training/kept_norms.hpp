// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/nn/graph/parameters.hpp"
#include "evaluators/training/training_config.hpp"

namespace mho {

/// What training with batch_norms = kept has to be warned of before it begins; "" where there is nothing. A
/// batch norm that is trained takes back whatever a step makes of its layer's scale. One that is kept does
/// not, and multiplies the step: with y = g w x, g = gamma / deviation, a step of rate r on w is one of r g^2
/// on g w. So r times the largest mean g^2 of a batch norm is what the steepest layer really gets.
std::string kept_norms_warning(const Architecture& architecture, const Parameters& start,
                               const TrainingConfig& training);

}  // namespace mho
