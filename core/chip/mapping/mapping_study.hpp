// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/chip/mapping/mapping.hpp"

namespace mho {

/// Bit-hops of one mapping's cores under different placements.
struct PlacementStudy {
  std::int64_t placed = 0;
  std::int64_t zig_zag = 0;  ///< in the order of the network along the rows, back and forth (zig_zag_sites)
  std::int64_t raster = 0;   ///< the same, each row from the left
  std::int64_t random = 0;   ///< mean of 20 random choices of cores
  bool optimal = false;      ///< `placed` is proven to be the least
};
PlacementStudy study_placement(const Architecture& architecture, const ChipConfig& chip,
                               const Mapping& mapping);

/// One network mapped for each objective, beside what a mapper without packing, replication or placement does
/// and beside what no mapper can beat.
struct MappingStudy {
  std::string name;
  std::int64_t weights = 0;         ///< on crossbars
  std::int64_t naive_cores = 0;     ///< one block a core
  std::int64_t area_bound = 0;      ///< ceil(cells of all blocks / cells of a core)
  std::int64_t naive_interval = 0;  ///< products of the largest layer: one block a core, no replicas
  std::int64_t ideal_interval = 0;  ///< ceil(products of all blocks / cores of the chip)
  std::optional<Mapping> packed, balanced, folded;  ///< full mode, objective cores, throughput, energy
  std::optional<PlacementStudy> packed_placement, balanced_placement;
  std::string reason;  ///< why `packed` is empty
};
/// `config.objective` is left aside.
MappingStudy study_mapping(const Architecture& architecture, const ChipConfig& chip,
                           const MappingConfig& config);

}  // namespace mho
