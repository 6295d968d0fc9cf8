// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/chip/mapping.hpp"

namespace mho {

/// Whether the node's weights lie on crossbars: conv2d and dense layers, grouped ones only where
/// MappingConfig::depthwise is "block_diagonal".
bool is_on_crossbars(const Architecture& architecture, int node, const MappingConfig& config = {});

/// Cuts every crossbar layer into blocks of at most one crossbar: in node order, row split major. Not yet
/// placed: core is -1; one replica that makes all output pixels. A matrix taller than a crossbar is cut
/// - "dense": at every full crossbar; rows as in MatrixShape, (kernel row, kernel column, input channel);
/// - "channel_aligned": at the most whole input channels that a crossbar holds (28 channels of 9 rows: 252),
///   as on IBM's chip; rows run over (input channel, kernel row, kernel column). Dense layers, and kernels
///   larger than a crossbar, are cut dense.
/// Columns are cut at every full crossbar. A grouped convolution's matrix is block-diagonal, group after
/// group: each block takes as many groups as fit (28 of a 3x3 depthwise convolution), and a group larger
/// than a crossbar is cut dense by itself.
std::vector<Block> cut_into_blocks(const Architecture& architecture, const ChipConfig& chip,
                                   const MappingConfig& config = {});

}  // namespace mho
