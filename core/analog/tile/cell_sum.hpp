// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/analog/mapping/conductance_mapping.hpp"

namespace mho {

/// Fills conductances, µS, of one plane's devices: a block of DeviceArray::block_devices at a time, the last
/// one shorter.
using WriteBlock =
    std::function<void(std::size_t plane, std::size_t block, std::span<float> conductances_us)>;

/// What the devices of a cell count for together, for weights that lie side by side: the sum over planes of
/// factor x conductance, over the cell's unit. Weight over scale, before references are subtracted.
void sum_cells(const WeightCell& cell, const WriteBlock& write, std::span<float> sums);
/// The same of a whole matrix whose columns are wires of so much resistance from device to device, ohm, tile
/// by tile (fold_in_wire_resistance).
std::vector<float> sum_cells_on_wires(const ConductanceTargets& targets, double wire_resistance_ohm,
                                      const WriteBlock& write);

/// What is subtracted from such sums in digital. `references_us`: by plane, conductances one a weight, or
/// none where the cell's own holds. One number for all weights where no plane has its own, else one a weight.
std::vector<float> cell_references(const WeightCell& cell,
                                   const std::vector<std::vector<float>>& references_us);

}  // namespace mho
