// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace mho {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double deviation_of(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double mean = mean_of(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double student_t975(int freedom) {
  constexpr double table[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706,
                              2.4469,  2.3646, 2.3060, 2.2622, 2.2281};
  if (freedom <= 10) return table[std::max(freedom, 1) - 1];
  // Cornish-Fisher expansion about the normal quantile (Abramowitz and Stegun 26.7.5).
  const double z = 1.959964, z3 = z * z * z, z5 = z3 * z * z, n = freedom;
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n);
}

float percentile(std::vector<float>& values, double percent) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::llround(last * percent / 100));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::array<double, 2> interval95(std::span<const double> values, double largest) {
  if (values.size() < 2) return {0, largest};
  const auto n = static_cast<double>(values.size());
  const double half = student_t975(static_cast<int>(values.size()) - 1) * deviation_of(values) / std::sqrt(n);
  const double mean = mean_of(values);
  return {std::max(0.0, mean - half), std::min(largest, mean + half)};
}

}  // namespace mho
