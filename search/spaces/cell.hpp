// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/spaces/space_config.hpp"
#include "search/spaces/space_kind.hpp"

namespace mho {

/// Cells as in NAS-Bench-201 (Dong and Yang 2020): in a cell every node is the sum of an operation on each
/// earlier node; all cells are alike. Stem convolution 3x3 - stages of cells, with a basic residual block
/// that halves the image (while both sides are at least 4) and doubles the channels between two of them - BN
/// - ReLU
/// - global average pooling - dense. Genes: channels, cells (of a stage), and the operation of each edge,
/// edge0_1, edge0_2, edge1_2, ..., which are unordered. Operations: none, skip, conv1x1 and conv3x3 (ReLU -
/// convolution - BN), average_pool (3x3). A genome of which no operation leads through the cell builds no
/// network. Throws ConfigError (which key, expected, got).
SpaceParts cell_space(const CellRanges& ranges);

}  // namespace mho
