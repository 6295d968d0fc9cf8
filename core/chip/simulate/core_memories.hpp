// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {

/// What each core (and the outside, off_chip) holds of each node's output for one image. A core has only what
/// it made or was sent: reading anything else throws, so a run proves that the links bring all that is read.
class CoreMemories {
 public:
  /// `folder` stands for the export in messages.
  CoreMemories(const Architecture& architecture, int cores, std::string folder);

  /// The node's output as this core knows it, NHWC; what it does not have is NaN. Null: nothing of it.
  const float* find(int core, int node) const;
  /// The same, to write into.
  float* open(int core, int node);
  /// Throws DataError naming the core, the node and what is missing, unless the core has all of it.
  const float* require(int core, int node, const Range& channels, const Range& pixels) const;
  /// Copies from core to core; how many numbers. Throws DataError like require.
  std::int64_t move(int from, int to, const LinkPart& part);
  /// Nobody reads the node any more.
  void forget(int node);
  /// DataError: the core lacks something of the node.
  [[noreturn]] void fail(int core, int node) const;

 private:
  FloatBuffer& at(int core, int node);
  const FloatBuffer& at(int core, int node) const;

  const std::vector<Node>& nodes_;
  std::string folder_;
  int cores_;
  std::vector<FloatBuffer> values_;  ///< [node][core + 1]
};

}  // namespace mho
