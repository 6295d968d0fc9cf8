// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mho {

/// The places of at most `most` observations to learn from, in ascending order: all, where there are no more;
/// else the better half of them by `merit`, and as many spread evenly over all others in the order of merit.
/// A Gaussian process costs the cube of their number; what a search loses by it: docs/search.md.
std::vector<std::size_t> informative(std::span<const double> merits, std::size_t most);

}  // namespace mho
