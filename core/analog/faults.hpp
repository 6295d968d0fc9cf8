// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/analog/conductance_mapping.hpp"

namespace mho {

/// A device that no programming moves and that neither drifts nor makes noise.
struct StuckDevice {
  std::size_t device = 0;  ///< row * columns + column
  float conductance_us = 0;
};

/// Draws the faults of one programming: for each plane of the targets, its stuck devices by rising number,
/// each once. Every device of every plane is stuck at the range's lowest or highest conductance with
/// FaultConfig's rates, independently; a dead column of a tile is open in all planes (0 µS), whatever else
/// its devices are. Throws ConfigError as FaultConfig::check.
std::vector<std::vector<StuckDevice>> draw_faults(const ConductanceTargets& targets,
                                                  const FaultConfig& faults, const ConductanceRange& range,
                                                  RandomKey key);

}  // namespace mho
