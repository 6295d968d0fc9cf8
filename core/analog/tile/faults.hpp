// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/devices/device_array.hpp"
#include "core/analog/mapping/conductance_mapping.hpp"

namespace mho {

/// Draws the faults of one programming: for each plane of the targets, its stuck devices by rising number,
/// each once. Every device of every plane is stuck at the range's lowest or highest conductance with
/// FaultConfig's rates, independently; a dead column of a tile is open in all planes (0 µS), whatever else
/// its devices are. Throws ConfigError as FaultConfig::check.
std::vector<std::vector<StuckDevice>> draw_faults(const ConductanceTargets& targets,
                                                  const FaultConfig& faults, const ConductanceRange& range,
                                                  RandomKey key);

}  // namespace mho
