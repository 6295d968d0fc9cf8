// SPDX-License-Identifier: Apache-2.0
// What numbers that should be standard normal and independent are held to.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "tests/catch.hpp"

namespace mho {

/// Bounds: 5 standard errors of each moment and each tail's count; the Kolmogorov-Smirnov bound is its 1e-4
/// quantile.
inline void check_standard_normal(std::vector<float> v) {
  const double n = static_cast<double>(v.size()), root_n = std::sqrt(n);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (const double x : v) {
    m1 += x / n;
    m2 += x * x / n;
    m3 += x * x * x / n;
    m4 += x * x * x * x / n;
  }
  CHECK(std::abs(m1) < 5 / root_n);
  CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2.0) / root_n);
  CHECK(std::abs(m3) < 5 * std::sqrt(15.0) / root_n);
  CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96.0) / root_n);
  const std::pair<double, double> tails[] = {{3, 1.3499e-3}, {4, 3.167e-5}, {5, 2.867e-7}};
  for (const auto& [bound, probability] : tails)
    for (const float side : {-1.0f, 1.0f}) {
      const auto beyond = std::count_if(v.begin(), v.end(), [&, b = bound](float x) { return side * x > b; });
      CHECK(std::abs(double(beyond) - n * probability) < 5 * std::sqrt(n * probability));
    }
  std::sort(v.begin(), v.end());
  double distance = 0;
  for (size_t i = 0; i < v.size(); ++i) {
    const double cdf = 0.5 * std::erfc(-v[i] / std::sqrt(2.0)), rank = static_cast<double>(i);
    distance = std::max({distance, std::abs(cdf - rank / n), std::abs(cdf - (rank + 1) / n)});
  }
  CHECK(distance < 2.23 / root_n);
}

/// Of standard normals.
inline double correlation(const std::vector<float>& a, const std::vector<float>& b, size_t lag = 0) {
  double sum = 0;
  for (size_t i = 0; i + lag < a.size(); ++i) sum += double(a[i]) * b[i + lag];
  return sum / static_cast<double>(a.size() - lag);
}

/// The same of (x^2 - 1) / sqrt(2).
inline std::vector<float> centred_squares(std::vector<float> v) {
  for (float& x : v) x = (x * x - 1) / std::sqrt(2.0f);
  return v;
}

}  // namespace mho
