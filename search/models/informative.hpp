// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mho {

/// Observations that a Gaussian process is conditioned on: its cost rises with their cube. What a search loses
/// by leaving out others has not been measured.
inline constexpr std::size_t most_observed = 400;

/// The places of at most `most` observations to learn from, in ascending order: all, where there are no more;
/// else the better half of them by `merit`, and as many spread evenly over all others in the order of merit.
std::vector<std::size_t> informative(std::span<const double> merits, std::size_t most = most_observed);

}  // namespace mho
