// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/chip/chip.hpp"
#include "core/chip/mapping/mapping_config.hpp"
#include "core/nn/graph/architecture.hpp"
#include "search/search_config.hpp"

namespace mho {

/// The bounds that a network must keep to be trained at all.
enum class Constraint { parameters, macs, cores };

/// Cores that a network may use: SearchConfig::max_cores, or all of the chip's.
int core_limit(const SearchConfig& search, const ChipConfig& chip);

/// The first bound that the network breaks, if any: max_parameters, max_macs, then the cores it needs when
/// mapped onto the chip with each layer once (whatever `mapping` is best at).
std::optional<Constraint> broken_constraint(const Architecture& architecture, const SearchConfig& search,
                                            const ChipConfig& chip, MappingConfig mapping = {});

}  // namespace mho
