// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/normal_moments.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mho {
namespace {

double cumulative(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }

}  // namespace

MeanAndDeviation clamped_normal(double mean, double deviation) {
  if (deviation == 0) return {std::max(mean, 0.0), 0};
  const double z = mean / deviation;
  const double first = mean * cumulative(z) + deviation * density(z);
  const double second = (mean * mean + deviation * deviation) * cumulative(z) + mean * deviation * density(z);
  return {first, std::sqrt(std::max(second - first * first, 0.0))};
}

MeanAndDeviation folded_normal(double mean, double deviation) {
  if (deviation == 0) return {mean, 0};
  const double z = mean / deviation;
  const double first = 2 * deviation * density(z) + mean * std::erf(z / std::numbers::sqrt2);
  return {first, std::sqrt(std::max(mean * mean + deviation * deviation - first * first, 0.0))};
}

double mean_decay(double mean, double deviation, double log_time) {
  if (deviation == 0) return std::exp(-log_time * mean);
  const double spread = log_time * log_time * deviation * deviation / 2;
  return std::exp(spread - log_time * mean) * cumulative(mean / deviation - log_time * deviation) +
         std::exp(spread + log_time * mean) * cumulative(-mean / deviation - log_time * deviation);
}

}  // namespace mho
