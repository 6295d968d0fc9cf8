// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// Dense networks. Genes: layers, activation, and for each hidden layer layer1_width, ... Throws ConfigError
/// (which key, expected, got).
SpaceParts mlp_space(const MlpRanges& ranges);

}  // namespace mho
