// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/analog/tile/crossbar_matrix.hpp"
#include "core/chip/mapping/mapping.hpp"
#include "core/nn/graph/parameters.hpp"

namespace mho {

/// Conductance targets of every crossbar layer, by node; rows in the order of the crossbars (RowCut).
using LayerTargets = std::map<int, ConductanceTargets>;

/// Throws MappingError when the chip's cells cannot hold the hardware's mapping. They hold one or two pairs:
/// the plus devices add to a column's current, the minus devices subtract from it.
void check_cell_fits(const HardwareConfig& hardware, const ChipConfig& chip);

/// Throws MappingError naming the layer: parameters that are missing, of another size than the
/// architecture's, or not finite; and when the hardware's crossbar is not the chip's, and as
/// check_cell_fits.
LayerTargets find_layer_targets(const Architecture& architecture, const Parameters& parameters,
                                const HardwareConfig& hardware, const ChipConfig& chip);

/// Devices of a unit cell in the order of targets.npz. G1+ and G1- are the first pair; G2+ and G2- the
/// second, or stay at 0 where there is none.
enum Device { g1_plus, g2_plus, g1_minus, g2_minus, devices_of_cell };

/// Which device of a unit cell belongs to the plane.
size_t device_of(const DevicePlane& plane);

/// All cores' cells: conductances [core, row, column, device] in µS, and used [core, row, column].
struct CoreTargets {
  std::vector<float> conductances_us;
  std::vector<std::uint8_t> used;
};
/// Throws ConfigError (keys, expected, got) when the targets of a whole chip do not fit targets.npz, whose
/// arrays end below 4 GiB, or three times over the machine's memory, as writing them needs.
void check_targets_fit(const ChipConfig& chip);
CoreTargets lay_out_targets(const LayerTargets& targets, const std::vector<Block>& blocks,
                            const ChipConfig& chip);

}  // namespace mho
