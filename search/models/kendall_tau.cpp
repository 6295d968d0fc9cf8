// SPDX-License-Identifier: Apache-2.0
#include "search/models/kendall_tau.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace mho {
namespace {

/// Pairs of equal neighbours' runs: sum over runs of length t of t (t - 1) / 2.
template <class Same>
double tied_pairs(std::size_t count, const Same& same_as_previous) {
  double pairs = 0, run = 0;
  for (std::size_t i = 1; i < count; ++i) {
    run = same_as_previous(i) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/// Sorts `values` and returns how many pairs were out of order.
double sort_and_count_swaps(std::vector<double>& values, std::vector<double>& buffer, std::size_t begin,
                            std::size_t end) {
  if (end - begin < 2) return 0;
  const auto middle = begin + (end - begin) / 2;
  double swaps =
      sort_and_count_swaps(values, buffer, begin, middle) + sort_and_count_swaps(values, buffer, middle, end);
  std::size_t left = begin, right = middle;
  for (std::size_t out = begin; out < end; ++out) {
    const bool take_right = left == middle || (right < end && values[right] < values[left]);
    if (take_right && left < middle) swaps += static_cast<double>(middle - left);
    buffer[out] = take_right ? values[right++] : values[left++];
  }
  std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
            buffer.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return swaps;
}

}  // namespace

double kendall_tau(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) throw std::invalid_argument("kendall_tau: expected lists of the same length");
  const auto n = x.size();
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
  const auto same_x = [&](std::size_t i) { return x[order[i]] == x[order[i - 1]]; };
  const double tied_x = tied_pairs(n, same_x);
  const double tied_both =
      tied_pairs(n, [&](std::size_t i) { return same_x(i) && y[order[i]] == y[order[i - 1]]; });
  std::vector<double> sorted(n), buffer(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = y[order[i]];
  const double discordant = sort_and_count_swaps(sorted, buffer, 0, n);
  const double tied_y = tied_pairs(n, [&](std::size_t i) { return sorted[i] == sorted[i - 1]; });
  const double pairs = 0.5 * static_cast<double>(n) * static_cast<double>(n - 1);
  if (tied_x == pairs || tied_y == pairs) return std::numeric_limits<double>::quiet_NaN();
  return (pairs - tied_x - tied_y + tied_both - 2 * discordant) /
         std::sqrt((pairs - tied_x) * (pairs - tied_y));
}

}  // namespace mho
