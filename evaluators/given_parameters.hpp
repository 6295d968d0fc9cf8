// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/data/dataset.hpp"
#include "evaluators/compiled_candidate.hpp"

namespace mho {

/// Makes weights that were not trained here fit for scoring on this hardware: input ranges that are missing
/// (0) are calibrated on `samples` as after a training, those that are there are trusted. Returns what the
/// user has to know, a line each: what was calibrated; ranges that clip many of the layer's inputs or are so
/// wide that every input converts to 0. Throws ConfigError (layer, expected, got) for split ranges or column
/// scales of crossbars with another number of rows.
std::vector<std::string> complete_parameters(const CompiledCandidate& candidate, Parameters& parameters,
                                             const Samples& samples);

}  // namespace mho
