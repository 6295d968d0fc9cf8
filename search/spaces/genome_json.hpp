// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "search/spaces/genome.hpp"

namespace mho {

/// {"op": "conv3", "width": 16}
std::string genome_to_json(const Genome& genome);
/// Also reads what earlier versions wrote of the AnalogNAS space, {"stem_channels": 16, "stem_kernel": 3,
/// "blocks": [{"residual_blocks": 1, "branches": 1, "type": "B", "widening": 1}]}. Throws DataError for text
/// that is no genome.
Genome genome_from_json(const std::string& text);

/// [{"name": "op", "kind": "choice", "values": ["skip", "conv3"]}, {"name": "width", "kind": "integer",
/// "low": 8, "high": 64, "log": true, "when": {"op": ["conv3"]}}]
std::string genes_to_json(const std::vector<Gene>& genes);
/// Genes as a user gives them: "kind" may be left out where "values" (a choice) or "low" and "high" (an
/// integer, where both are whole numbers; else a real) tell it. Throws ConfigError naming the gene and the
/// key.
std::vector<Gene> genes_from_json(const std::string& text);

}  // namespace mho
