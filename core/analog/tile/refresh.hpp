// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "core/analog/tile/crossbar_matrix.hpp"

namespace mho {

/// When a pair of one-sided devices has to be written anew, as parts of the range (aihwkit's
/// OneSidedUnitCell): its fuller device reads above `full` and the other above `both`, so that the pair holds
/// little weight and has little room.
struct RefreshConfig {
  double full = 0.75;
  double both = 0.25;

  /// Throws ConfigError unless 0 <= both <= full <= 1.
  void check() const;
};

/// Reads every pair once, with read noise, and rewrites those that are full: the difference on one device,
/// the lowest conductance on the other, as hardware.programming says. Returns how many. Draws come from
/// `key`. Throws ConfigError for a matrix of single devices.
std::size_t refresh_pairs(CrossbarMatrix& matrix, const RefreshConfig& config, RandomKey key);

}  // namespace mho
