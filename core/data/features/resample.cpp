// SPDX-License-Identifier: Apache-2.0
#include "core/data/features/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <string>

#include "core/base/error.hpp"

namespace mho {
namespace {

constexpr double zero_crossings = 32, kaiser_beta = 10, roll_off = 0.94;
/// Phases whose weights are kept; with more (odd ratios of rates) each output has its own computed.
constexpr std::int64_t most_phases = 4096;

double sinc(double x) {
  const double angle = std::numbers::pi * x;
  return std::abs(x) < 1e-12 ? 1 : std::sin(angle) / angle;
}

double kaiser(double x) {
  return std::abs(x) >= 1
             ? 0
             : std::cyl_bessel_i(0, kaiser_beta * std::sqrt(1 - x * x)) / std::cyl_bessel_i(0, kaiser_beta);
}

/// The low pass of one ratio of rates, `up` / `down` in lowest terms.
struct Filter {
  std::int64_t up, down;
  double cut_off;      ///< of the input's Nyquist frequency
  std::int64_t reach;  ///< taps a side

  Filter(int from_hz, int to_hz) {
    const auto common = std::gcd(from_hz, to_hz);
    up = to_hz / common, down = from_hz / common;
    cut_off = roll_off * std::min(1.0, static_cast<double>(to_hz) / from_hz);
    reach = static_cast<std::int64_t>(std::ceil(zero_crossings / cut_off));
  }

  /// The weights of inputs base - reach + 1 ... base + reach for an output `phase` / up behind base; their
  /// sum is 1, so that a constant stays one.
  std::vector<double> weights(std::int64_t phase) const {
    std::vector<double> taps;
    const double behind = static_cast<double>(phase) / static_cast<double>(up);
    for (std::int64_t k = 1 - reach; k <= reach; ++k) {
      const double distance = static_cast<double>(k) - behind;
      taps.push_back(sinc(distance * cut_off) * kaiser(distance / static_cast<double>(reach)));
    }
    const double sum = std::accumulate(taps.begin(), taps.end(), 0.0);
    for (double& tap : taps) tap /= sum;
    return taps;
  }
};

float convolve(std::span<const float> samples, std::int64_t first, const std::vector<double>& taps) {
  double sum = 0;
  const auto begin = std::max<std::int64_t>(0, -first),
             end = std::min<std::int64_t>(std::ssize(taps), std::ssize(samples) - first);
  for (auto k = begin; k < end; ++k)
    sum += taps[static_cast<size_t>(k)] * static_cast<double>(samples[static_cast<size_t>(first + k)]);
  return static_cast<float>(sum);
}

}  // namespace

std::vector<float> resample(std::span<const float> samples, int from_hz, int to_hz) {
  if (from_hz < 1 || to_hz < 1)
    throw InputError("resampling: expected rates of at least 1 Hz, got " + std::to_string(from_hz) + " and " +
                     std::to_string(to_hz));
  if (from_hz == to_hz) return {samples.begin(), samples.end()};
  const Filter filter(from_hz, to_hz);
  std::vector<std::vector<double>> kept(static_cast<size_t>(filter.up <= most_phases ? filter.up : 0));
  std::vector<float> result(
      static_cast<size_t>((std::ssize(samples) * filter.up + filter.down - 1) / filter.down));
  std::vector<double> own;
  for (size_t i = 0; i < result.size(); ++i) {
    const auto position = static_cast<std::int64_t>(i) * filter.down;
    const auto phase = position % filter.up;
    auto& taps = kept.empty() ? own : kept[static_cast<size_t>(phase)];
    if (kept.empty() || taps.empty()) taps = filter.weights(phase);
    result[i] = convolve(samples, position / filter.up + 1 - filter.reach, taps);
  }
  return result;
}

}  // namespace mho
