// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/base/row_cut.hpp"
#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// Whether the node's weights lie on crossbars: conv2d and dense layers that are not kept digital
/// (Architecture::with_digital_layers), grouped ones only where MappingConfig::depthwise is "block_diagonal".
bool is_on_crossbars(const Architecture& architecture, int node, const MappingConfig& config = {});

/// How the rows of a node's matrix (of one group) lie on the chip's crossbars.
RowCut row_cut_of(const Architecture& architecture, int node, RowSplit row_split, int crossbar_rows);

/// Cuts every crossbar layer into blocks of at most one crossbar: in node order, row split major. Not yet
/// placed: core is -1; one replica that makes all output pixels. Rows are in the order of the crossbars and
/// cut as cut_rows says of MappingConfig::row_split. Columns are cut at every full crossbar. A grouped
/// convolution's matrix is block-diagonal, group after group: each block takes as many groups as fit (28 of a
/// 3x3 depthwise convolution), and a group larger than a crossbar is cut dense by itself.
std::vector<Block> cut_into_blocks(const Architecture& architecture, const ChipConfig& chip,
                                   const MappingConfig& config = {});

}  // namespace mho
