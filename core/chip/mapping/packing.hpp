// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/chip/mapping/bin_space.hpp"

namespace mho {

/// A rectangle to pack; `work` is what its bin has to do for it (products of one image, for instance).
struct Rectangle {
  int width = 0;
  int height = 0;
  std::int64_t work = 0;
};

/// Where a rectangle lies: its bin, and its left and top corner there.
struct Placement {
  int bin = 0;
  int x = 0;
  int y = 0;
};

struct Packing {
  std::vector<Placement> placements;  ///< one for each rectangle, in the order given
  int bins = 0;
};

/// Packs rectangles, without rotation or overlap, into as few width x height bins as it finds: MaxRects with
/// the best-short-side-fit rule (Jylanki 2010, "A thousand ways to pack the bin") over all open bins, for
/// five sorted orders and, where those miss the bound, for 60 jittered ones (fixed stream of random
/// numbers). Among packings with the fewest bins the one wins whose busiest bin has the least work. With
/// PackingMode::disjoint the rectangles of a bin lie along its diagonal instead. Deterministic. When the
/// bound already exceeds `max_bins` one order is enough: nothing could fit. Throws MappingError for a
/// rectangle that is empty or larger than a bin.
Packing pack_rectangles(const std::vector<Rectangle>& rectangles, int width, int height, int max_bins,
                        PackingMode mode = PackingMode::time_shared);

/// Bins that no packing can do without: cells for time_shared, rows and columns for disjoint, one each for
/// none.
std::int64_t packing_bound(const std::vector<Rectangle>& rectangles, int width, int height,
                           PackingMode mode = PackingMode::time_shared);

/// Packs into at most `bins` bins so that no bin has more work than `most_work`; work of a bin is the sum
/// over its rectangles (time_shared), or that of its largest (disjoint, none). First by longest work into the
/// least busy bin, then by largest area into the best-fitting bin: empty when both fail. Deterministic.
std::optional<Packing> pack_balanced(const std::vector<Rectangle>& rectangles, int width, int height,
                                     int bins, std::int64_t most_work, PackingMode mode);

}  // namespace mho
