// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mho {

/// Observations that a Gaussian process is conditioned on, whose cost rises with the cube of their number
/// (what a search loses by leaving out others: docs/search.md). The places of at most `most` observations to
/// learn from, in ascending order: all, where there are no more; else the better half of them by `merit`, and
/// as many spread evenly over all others in the order of merit.
std::vector<std::size_t> informative(std::span<const double> merits, std::size_t most);

}  // namespace mho
