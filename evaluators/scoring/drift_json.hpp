// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "evaluators/scoring/scoring.hpp"

namespace mho {

/// What every answer calls the scores at drift times (docs/json.md: `drift`), as a JSON list.
std::string drift_json(const std::vector<DriftPoint>& points);

}  // namespace mho
