// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace mho {

/// The volume that points (larger is better) dominate above `reference`, exact: a sweep in two dimensions,
/// the recursion of WFG (While, Bradstreet & Barone 2012) in more. Points that do not exceed the reference in
/// every dimension add nothing. Throws std::invalid_argument when a point has other dimensions than the
/// reference.
double hypervolume(const std::vector<std::vector<double>>& points, std::span<const double> reference);

/// What `point` alone would add to the hypervolume of `points`.
double hypervolume_gain(std::span<const std::vector<double>> points, const std::vector<double>& point,
                        std::span<const double> reference);

}  // namespace mho
