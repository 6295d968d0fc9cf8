// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/chip/mapping.hpp"

namespace mho {

/// Whether the node's weights lie on crossbars: conv2d and dense layers without groups.
bool is_on_crossbars(const Architecture& architecture, int node);

/// Cuts every crossbar layer into blocks of at most one crossbar (cut_into_tiles, "dense" row split): in node
/// order, row split major. Not yet placed: core is -1.
std::vector<Block> cut_into_blocks(const Architecture& architecture, const ChipConfig& chip);

}  // namespace mho
