// SPDX-License-Identifier: Apache-2.0
#include "search/kendall_tau.hpp"

#include <cmath>
#include <stdexcept>

namespace mho {
namespace {

int sign(double value) { return (value > 0) - (value < 0); }

}  // namespace

double kendall_tau(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) throw std::invalid_argument("kendall_tau: expected rankings of equal length");
  double agreement = 0, ordered_a = 0, ordered_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = i + 1; j < a.size(); ++j) {
      const int in_a = sign(a[i] - a[j]), in_b = sign(b[i] - b[j]);
      agreement += in_a * in_b;
      ordered_a += in_a * in_a;
      ordered_b += in_b * in_b;
    }
  const double pairs = std::sqrt(ordered_a * ordered_b);
  return pairs > 0 ? agreement / pairs : 0;
}

}  // namespace mho
