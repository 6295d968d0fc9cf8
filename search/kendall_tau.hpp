// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace mho {

/// Kendall's tau-b of two rankings of the same things: 1 the same order, -1 the opposite one, 0 unrelated.
/// Ties are corrected for; 0 when one of the two does not vary. Throws std::invalid_argument for different
/// lengths.
double kendall_tau(std::span<const double> a, std::span<const double> b);

}  // namespace mho
