// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// The genes and networks of config.kind. Throws ConfigError (which key or gene, expected, got).
SpaceParts make_space(const SpaceConfig& config);

/// The genes of [space.training] and [space.hardware]. Each is named as the key that it sets,
/// "training.learning_rate"; hardware.crossbar_size sets rows and columns, of the chip too.
std::vector<Gene> setting_genes(const SpaceConfig& config);

}  // namespace mho
