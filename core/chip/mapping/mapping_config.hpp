// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/base/fields.hpp"

namespace mho {

/// How a network is put on a chip: keys of a run file's [chip] table.
struct MappingConfig {
  /// "cores": the fewest, each layer once. "throughput": layers replicated until the pipeline is balanced
  /// over all cores. "energy": several pixels a product, by copies of small layers along a core's diagonal.
  std::string objective = "cores";
  std::string packing = "time_shared";  ///< "time_shared", "disjoint" or "none" (PackingMode)
  std::string row_split = "dense";      ///< "dense" or "channel_aligned" (cut_into_blocks)
  std::string depthwise = "digital";    ///< grouped convolutions: "digital" or "block_diagonal"
  std::uint64_t seed = 0;               ///< of the annealed placement
  int placement_moves = 400'000;        ///< of each annealing run

  void fields(FieldVisitor& visitor);
};

}  // namespace mho
