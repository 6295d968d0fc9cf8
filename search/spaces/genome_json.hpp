// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "search/spaces/genome.hpp"

namespace mho {

/// {"stem_channels": 16, "stem_kernel": 3, "blocks": [{"residual_blocks": 1, "branches": 1, "type": "B",
/// "widening": 1}]}
std::string genome_to_json(const Genome& genome);
/// Throws DataError for text that is no genome.
Genome genome_from_json(const std::string& text);

}  // namespace mho
