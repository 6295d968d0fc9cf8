// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "search/run_config.hpp"
#include "search/study/trial.hpp"

namespace mho {

/// What Optuna is told of a study and its trials, as JSON text.

/// {"space": [{"name": "op", "kind": "choice", "values": ["skip", "conv3"]}], "objectives": [{"name":
/// "accuracy_1d", "direction": "maximize"}], "population": 8, "trials": 32}
std::string study_to_json(const RunConfig& config);

/// The trial's line of trials.jsonl with "values" (of the objectives; null for a failed trial) and
/// "constraints" (name to a number that is at most 0 where it is kept).
std::string trial_to_json(const Trial& trial, const SearchConfig& search);

}  // namespace mho
