// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "evaluators/foreign_network.hpp"
#include "search/judges/evaluator.hpp"
#include "search/run_config.hpp"

namespace mho {

/// The real one: trains on the task's training split, scores on its validation split, re-scores on its test
/// split; in rungs too, and it measures untrained networks. A network that is not clearly better than always
/// answering the commonest class (no_better_than_chance) is a failed trial: it loses nothing over a month and
/// may have no deviation, so that max_avm and accuracy_over_sigma would prefer it. Throws DataError for the
/// data and ConfigError when there is no validation split.
/// Networks are the space's, unless a builder is given. `reader` reads an ONNX file in search.from; throws as
/// load_ancestor.
std::unique_ptr<NetworkEvaluator> make_evaluator(const RunConfig& config, NetworkBuilder build = {},
                                                 const NetworkReader& reader = {});

}  // namespace mho
