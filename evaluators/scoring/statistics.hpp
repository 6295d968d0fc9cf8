// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <vector>

namespace mho {

double mean_of(std::span<const double> values);
/// Sample standard deviation (n - 1); 0 for fewer than two values.
double deviation_of(std::span<const double> values);
/// 97.5 % quantile of Student's t with `freedom` >= 1 degrees of freedom (to 1e-3).
double student_t975(int freedom);
/// The value that `percent` % of `values` do not exceed (nearest rank); 0 for none. Reorders them.
float percentile(std::vector<float>& values, double percent);
/// 95 % interval of the mean of values that lie within 0 and `largest` (Student's t), cut to these; all
/// between them for fewer than two values.
std::array<double, 2> interval95(std::span<const double> values, double largest = 1);

}  // namespace mho
