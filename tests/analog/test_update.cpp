// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/update.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Pulses of each of rows x columns devices, summed over `times` updates.
std::vector<double> total(const std::vector<float>& x, const std::vector<float>& d,
                          const UpdateConfig& config, int times) {
  std::vector<double> sums(x.size() * d.size(), 0.0);
  std::vector<DevicePulses> pulses;
  for (int t = 0; t < times; ++t) {
    pulses.clear();
    append_pulses({x.data(), d.data(), static_cast<int>(x.size()), static_cast<int>(d.size()), 0, d.size()},
                  config, RandomKey(1).with("update", static_cast<std::uint64_t>(t)), pulses);
    for (const auto& p : pulses) sums[p.device] += p.count;
  }
  return sums;
}

}  // namespace

TEST_CASE("Pulse trains coincide x d times on average, with and without the managements") {
  const std::vector<float> x{0.9f, -0.4f, 0, 0.05f}, d{0.5f, -1.2f, 0.01f};
  const int times = 40000;
  for (const bool update_management : {false, true})
    for (const bool length_management : {false, true}) {
      const UpdateConfig config{true, 31, update_management, length_management};
      const auto sums = total(x, d, config, times);
      for (size_t r = 0; r < x.size(); ++r)
        for (size_t c = 0; c < d.size(); ++c) {
          // Each of at most 31 slots coincides with p = |x d| / BL, more where the managed trains are short:
          // the variance of one update is at most |x d| (1 + |x d|).
          const double mean = -x[r] * d[c], variance = std::fabs(mean) * (1 + std::fabs(mean));
          CHECK(sums[r * d.size() + c] / times ==
                Approx(mean).margin(5 * std::sqrt(variance / times) + 1e-12));
        }
    }
}

TEST_CASE("Deterministic updates are the nearest whole numbers of pulses") {
  const std::vector<float> x{2, -1, 0}, d{1.2f, -0.4f, 3};
  const UpdateConfig config{.stochastic = false};
  const auto sums = total(x, d, config, 1);
  CHECK(sums == std::vector<double>{-2, 1, -6, 1, 0, 3, 0, 0, 0});
}

TEST_CASE("Full trains carry no more than their length") {
  const std::vector<float> x{100}, d{100};
  CHECK(total(x, d, {true, 10, true, true}, 1) == std::vector<double>{-10});
}

TEST_CASE("Lengths of trains that no word holds are refused") {
  std::vector<DevicePulses> pulses;
  for (const int length : {0, 64})
    CHECK_THROWS_AS(append_pulses({}, {true, length, true, true}, RandomKey(1), pulses), ConfigError);
}
