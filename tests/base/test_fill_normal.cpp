// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/vector/instruction_set.hpp"
#include "tests/catch.hpp"

namespace mho {
void fill_normal_portable(std::uint64_t, std::uint64_t, float*, std::size_t);
#if defined(__x86_64__)
void fill_normal_avx2(std::uint64_t, std::uint64_t, float*, std::size_t);
void fill_normal_avx512(std::uint64_t, std::uint64_t, float*, std::size_t);
#endif
}  // namespace mho

using namespace mho;

namespace {

using Fill = void (*)(std::uint64_t, std::uint64_t, float*, std::size_t);

std::vector<std::pair<std::string, Fill>> generators() {
  std::vector<std::pair<std::string, Fill>> list;
  for (const auto set : available_instruction_sets()) {
    if (set == InstructionSet::portable) list.emplace_back(word_of(set), fill_normal_portable);
#if defined(__x86_64__)
    if (set == InstructionSet::avx2) list.emplace_back(word_of(set), fill_normal_avx2);
    if (set == InstructionSet::avx512) list.emplace_back(word_of(set), fill_normal_avx512);
#endif
  }
  return list;
}

}  // namespace

TEST_CASE("the vector generators draw standard normals") {
  // Bounds: 5 standard errors of each moment for n = 2^22; the Kolmogorov-Smirnov bound is its 1e-4 quantile.
  const size_t n = 1 << 22;
  for (const auto& [name, fill] : generators()) {
    INFO(name);
    std::vector<float> v(n);
    fill(RandomKey(7).value(), 0, v.data(), n);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
    for (const double x : v) {
      m1 += x / n;
      m2 += x * x / n;
      m3 += x * x * x / n;
      m4 += x * x * x * x / n;
    }
    const double root_n = std::sqrt(double(n));
    CHECK(std::abs(m1) < 5 / root_n);
    CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2.0) / root_n);
    CHECK(std::abs(m3) < 5 * std::sqrt(15.0) / root_n);
    CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96.0) / root_n);
    const std::pair<double, double> tails[] = {{3, 2.6998e-3}, {4, 6.334e-5}, {5, 5.733e-7}};
    for (const auto& [bound, probability] : tails) {
      const auto beyond =
          std::count_if(v.begin(), v.end(), [bound = bound](float x) { return std::abs(x) > bound; });
      CHECK(std::abs(double(beyond) - n * probability) < 5 * std::sqrt(n * probability));
    }
    std::sort(v.begin(), v.end());
    double distance = 0;
    for (size_t i = 0; i < n; ++i) {
      const double cdf = 0.5 * std::erfc(-v[i] / std::sqrt(2.0));
      distance = std::max({distance, std::abs(cdf - double(i) / n), std::abs(cdf - double(i + 1) / n)});
    }
    CHECK(distance < 2.23 / root_n);
  }
}

TEST_CASE("neighbouring numbers and different keys are uncorrelated") {
  const size_t n = 1 << 18;
  const double bound = 5 / std::sqrt(double(n));
  for (const auto& [name, fill] : generators()) {
    INFO(name);
    std::vector<float> a(n), b(n);
    fill(RandomKey(1).with("noise", 1).value(), 0, a.data(), n);
    fill(RandomKey(1).with("noise", 2).value(), 0, b.data(), n);
    for (const size_t lag : {1, 4, 16, 64}) {
      double sum = 0;
      for (size_t i = 0; i < n; ++i) sum += double(a[i]) * a[(i + lag) % n] / n;
      CHECK(std::abs(sum) < bound);
    }
    double across = 0, squares = 0;
    for (size_t i = 0; i < n; ++i) {
      across += double(a[i]) * b[i] / n;
      squares += (double(a[i]) * a[i] - 1) * (double(b[i]) * b[i] - 1) / (2.0 * n);
    }
    CHECK(std::abs(across) < bound);
    CHECK(std::abs(squares) < bound);
  }
}

TEST_CASE("instruction sets agree on the numbers up to rounding") {
  std::vector<float> wanted(1000);
  fill_normal_portable(RandomKey(3).value(), 64, wanted.data(), wanted.size());
  for (const auto& [name, fill] : generators()) {
    INFO(name);
    std::vector<float> got(1000);
    fill(RandomKey(3).value(), 64, got.data(), got.size());
    for (size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - wanted[i]) < 2e-5);
  }
}
