// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {

/// What each core (and the outside, off_chip) holds of each node's output: the values for some images at
/// once, and which of an image's numbers it has, the same for all images. A core has only what it made or was
/// sent: reading anything else throws, so a run proves that the links bring all that is read.
class CoreMemories {
 public:
  /// For up to `most_images` images. `folder` stands for the export in messages.
  CoreMemories(const Architecture& architecture, int cores, std::string folder, int most_images);

  /// Everything is forgotten; so many images from now on.
  void start(int images);
  int images() const { return images_; }

  /// The node's output as this core knows it, NHWC, image after image; what it does not have is anything.
  /// Null: nothing of it.
  const float* find(int core, int node) const;
  /// The same, to write these channels of these pixels into, of every image: the core has them from now on.
  float* make(int core, int node, const Range& channels, const Range& pixels);
  /// Throws DataError naming the core, the node and what is missing, unless the core has all of it.
  const float* require(int core, int node, const Range& channels, const Range& pixels) const;
  /// The same of an image's numbers [first, first + count).
  const float* require_numbers(int core, int node, std::int64_t first, std::int64_t count) const;
  /// Whether the core has the node's whole output.
  bool has_all(int core, int node) const { return at(core, node).missing == 0; }
  /// Copies from core to core; how many numbers of an image. Throws DataError like require.
  std::int64_t move(int from, int to, const LinkPart& part);
  /// Nobody reads the node any more.
  void forget(int node);
  /// DataError: the core lacks something of the node.
  [[noreturn]] void fail(int core, int node) const;

 private:
  struct Memory {
    FloatBuffer values;                ///< [image][number]; empty: nothing of it
    std::vector<std::uint8_t> has;     ///< [number]; of a memory that has some, not all
    std::int64_t missing = INT64_MAX;  ///< numbers that it does not have
  };
  Memory& at(int core, int node);
  const Memory& at(int core, int node) const;
  Memory& open(int core, int node);
  void give_back(Memory& memory);
  std::int64_t size_of(int node) const { return nodes_[static_cast<size_t>(node)].shape.size(); }
  std::int64_t channels_of(int node) const { return nodes_[static_cast<size_t>(node)].shape.channels; }

  const std::vector<Node>& nodes_;
  std::string folder_;
  int cores_;
  int images_ = 0;
  std::size_t floats_ = 0;        ///< of a memory: enough for any node
  std::vector<Memory> memories_;  ///< [node][core + 1]
  std::vector<Memory> spare_;     ///< forgotten ones, to be used again while they are in the cache
};

}  // namespace mho
