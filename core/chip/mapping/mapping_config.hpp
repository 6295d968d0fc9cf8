// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/fields.hpp"
#include "core/base/row_cut.hpp"

namespace mho {

/// cores: the fewest, each layer once. throughput: layers replicated until the pipeline is balanced over all
/// cores. energy: several pixels a product, by copies of small layers along a core's diagonal.
enum class MappingObjective { cores, throughput, energy };
template <>
inline constexpr std::array words_of<MappingObjective>{"cores", "throughput", "energy"};

/// What blocks of one core may do with each other.
enum class PackingMode {
  time_shared,  ///< lie side by side, in any rows and columns: they take turns
  disjoint,     ///< share no row and no column: they can work in the same product
  none          ///< one block a core
};
template <>
inline constexpr std::array words_of<PackingMode>{"time_shared", "disjoint", "none"};

/// Where grouped convolutions are done: in digital units, or group by group on crossbars.
enum class DepthwisePlace { digital, block_diagonal };
template <>
inline constexpr std::array words_of<DepthwisePlace>{"digital", "block_diagonal"};

/// How a network is put on a chip: keys of a run file's [chip] table.
struct MappingConfig {
  MappingObjective objective = MappingObjective::cores;
  PackingMode packing = PackingMode::time_shared;
  RowSplit row_split = RowSplit::dense;
  DepthwisePlace depthwise = DepthwisePlace::digital;
  std::uint64_t seed = 0;         ///< of the annealed placement
  int placement_moves = 400'000;  ///< of each annealing run

  void fields(FieldVisitor& visitor);
};

}  // namespace mho
