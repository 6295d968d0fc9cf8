// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/analog/mapping/conductance_mapping.hpp"
#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// What a whole chip holds, and how its cells make weights.
struct ChipCells {
  const std::vector<float>& conductances_us;  ///< [core, row, column, device]
  const ChipConfig& chip;
  const WeightCell& cell;
};

/// A layer's weight matrix (row-major, rows in the order of the crossbars) back from the cores that hold it,
/// the inverse of lay_out_targets:
///   weight = sum over the cell's planes of factor (G - reference) / unit x scales[row split][column],
/// for one pair (G1+ - G1-) / g_max x scale.
/// `blocks` are known to lie on the chip. Throws DataError that begins with `where` when the blocks do not
/// cover the matrix exactly once or name a row split without scales.
std::vector<float> weights_from_conductances(const MatrixShape& matrix, const std::vector<Block>& blocks,
                                             const std::vector<std::vector<float>>& scales,
                                             const ChipCells& cells, const std::string& where);

}  // namespace mho
