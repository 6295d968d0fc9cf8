// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/chip/mapping/link_graph.hpp"
#include "core/chip/mapping/links.hpp"

namespace mho {

/// Bits that used cores send each other for one image, both ways together.
class Traffic {
 public:
  /// `links` between bins 0 to bins - 1; what comes from or goes off chip takes no hops and is left out.
  Traffic(const std::vector<Link>& links, int bins);

  struct Partner {
    int bin = 0;
    std::int64_t bits = 0;
  };
  int bins() const { return static_cast<int>(partners_.size()); }
  const std::vector<Partner>& partners(int bin) const { return partners_[static_cast<size_t>(bin)]; }

 private:
  std::vector<std::vector<Partner>> partners_;
};

/// The core of each bin.
using Sites = std::vector<int>;

/// Sum over pairs of bins of bits x hops.
std::int64_t bit_hops(const Traffic& traffic, const LinkGraph& graph, const Sites& sites);

/// Bin after bin along the grid's rows, turning at the end of each: neighbours in the order are neighbours on
/// the grid. The order that fast mode and, in PIMCOMP's words, "zig-zag" mappers use.
Sites zig_zag_sites(const ChipConfig& chip, int bins);
/// A random choice of cores.
Sites random_sites(const ChipConfig& chip, int bins, std::uint64_t seed);

/// The placement with the fewest bit-hops, by branch and bound: bins in the order of their traffic; a branch
/// is cut when what it has, plus the least that each bin not yet placed must add to those placed, plus one
/// hop for each pair not yet placed, is no better than the best. Empty when `most_branches` did not suffice.
/// Starts from `incumbent`.
std::optional<Sites> optimal_sites(const Traffic& traffic, const LinkGraph& graph, const ChipConfig& chip,
                                   const Sites& incumbent, std::int64_t most_branches);

/// Simulated annealing, the best of eight runs from `start`: `moves` swaps each of a bin's core with another
/// core, used or not, under a geometric cooling, then single swaps until none helps. Deterministic for the
/// seed; never worse than `start`.
Sites annealed_sites(const Traffic& traffic, const LinkGraph& graph, const ChipConfig& chip,
                     const Sites& start, std::uint64_t seed, int moves);

}  // namespace mho
