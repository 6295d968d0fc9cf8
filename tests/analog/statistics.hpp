// SPDX-License-Identifier: Apache-2.0
// What the distribution tests measure. Their bounds are five standard errors wide: with fixed seeds a correct
// model passes for ever, and one seed in a million would have failed.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace mho::test {

struct Moments {
  double mean = 0;
  double deviation = 0;
};

inline Moments moments(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float v : values) sum += v;
  const double mean = sum / static_cast<double>(values.size());
  for (const float v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / static_cast<double>(values.size() - 1))};
}

/// Five standard errors of a mean.
inline double mean_bound(double deviation, size_t n) {
  return 5 * deviation / std::sqrt(static_cast<double>(n));
}

/// Five standard errors of a standard deviation, for samples of a kurtosis (3: normal).
inline double deviation_bound(double deviation, size_t n, double kurtosis = 3) {
  return 5 * deviation * std::sqrt((kurtosis - 1) / (4 * static_cast<double>(n)));
}

inline double correlation(std::span<const float> a, std::span<const float> b) {
  const auto ma = moments(a), mb = moments(b);
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - ma.mean) * (b[i] - mb.mean);
  return sum / (static_cast<double>(a.size() - 1) * ma.deviation * mb.deviation);
}

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Kolmogorov-Smirnov: sqrt(n) times the largest distance of the sample from a cumulative distribution. Above
/// 1.95 in one of a thousand samples.
template <class Cdf>
double kolmogorov_smirnov(std::vector<float> sample, const Cdf& cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double largest = 0;
  for (size_t i = 0; i < sample.size(); ++i) {
    const double p = cdf(sample[i]);
    largest = std::max({largest, p - static_cast<double>(i) / n, (static_cast<double>(i) + 1) / n - p});
  }
  return largest * std::sqrt(n);
}

}  // namespace mho::test
