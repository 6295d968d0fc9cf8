// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// What every answer calls the figures of a cost (docs/json.md), as a JSON object; "mapping" where one was
/// made.
std::string cost_json(const Cost& cost);

}  // namespace mho
