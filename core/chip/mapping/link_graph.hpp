// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/chip/chip.hpp"

namespace mho {

/// Stands for a core in a link that comes from or goes to the outside: the image comes in, the logits go out.
constexpr int off_chip = -1;

/// Which cores are linked, and how many links lie between two of them. ChipConfig::link_graph:
/// - "mesh": grid neighbours, so hops are Manhattan distances;
/// - "row_column": all cores of one row and all of one column, so two hops reach any core;
/// - "full": every pair;
/// - "list": the pairs of ChipConfig::link_ends; hops are shortest paths.
/// Core = grid row x grid_columns + grid column. The chip's true link graph is not published.
class LinkGraph {
 public:
  /// Throws ConfigError for a list with half a link, a core that the chip does not have, a core linked to
  /// itself, more than 4096 cores, or cores that no path reaches.
  explicit LinkGraph(const ChipConfig& chip);

  /// Links on the shortest path; 0 from and to the outside.
  int hops(int from_core, int to_core) const;
  /// The cores of one shortest path, both ends with it: along the row first where that is as short, then by
  /// the lowest core. Both are cores.
  std::vector<int> path(int from_core, int to_core) const;
  /// Each link once, lower core first, sorted. Those of "full" number cores x (cores - 1) / 2.
  std::vector<std::pair<int, int>> links() const;

 private:
  int distance(int from_core, int to_core) const;

  LinkGraphKind kind_;
  int cores_;
  int grid_columns_;
  std::vector<std::pair<int, int>> listed_;
  std::vector<std::uint16_t> table_;  ///< hops of "list", [from, to]
};

}  // namespace mho
