// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace mho {

/// Kendall's rank correlation tau-b of two equally long lists, -1 to 1; ties as in Kendall 1945, in
/// n log n (Knight 1966). NaN when there are fewer than two pairs of values or one list is constant.
/// Throws std::invalid_argument for lists of different lengths.
double kendall_tau(std::span<const double> x, std::span<const double> y);

}  // namespace mho
