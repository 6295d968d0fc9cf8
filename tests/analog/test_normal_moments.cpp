// SPDX-License-Identifier: Apache-2.0
// Held to sums over a fine grid of the normal density.
#include "core/analog/devices/normal_moments.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace mho;

namespace {

/// E[f(xi)], midpoint rule over 12 deviations each way.
template <class F>
double expectation(const F& f) {
  double sum = 0;
  const int steps = 48000;
  for (int i = 0; i < steps; ++i) {
    const double xi = -12 + (i + .5) * 24 / steps;
    sum += f(xi) * std::exp(-xi * xi / 2);
  }
  return sum * 24 / steps / std::sqrt(2 * M_PI);
}

constexpr double cases[][2] = {{0, 1}, {.049, .008}, {.1, .045}, {.1, .3}};

}  // namespace

TEST_CASE("Moments of clamped and folded normals are their integrals") {
  for (const auto& [mean, deviation] : cases) {
    const auto draw = [m = mean, d = deviation](double xi) { return m + d * xi; };
    const auto check = [](MeanAndDeviation found, const auto& value) {
      const double first = expectation(value);
      const double second = expectation([&](double xi) { return value(xi) * value(xi); });
      CHECK(found.mean == Approx(first).margin(1e-7));
      CHECK(found.deviation == Approx(std::sqrt(second - first * first)).margin(1e-6));
    };
    check(clamped_normal(mean, deviation), [&](double xi) { return std::max(draw(xi), 0.0); });
    check(folded_normal(mean, deviation), [&](double xi) { return std::fabs(draw(xi)); });
  }
  CHECK(clamped_normal(-1, 0).mean == 0);
  CHECK(folded_normal(2, 0).deviation == 0);
}

TEST_CASE("R2 and R4 in closed form") {
  CHECK(clamped_normal(0, .26348).mean == Approx(.10511).margin(5e-6));
  CHECK(clamped_normal(0, .26348).deviation == Approx(.15382).margin(5e-6));
  CHECK(mean_decay(.07083, .03155, std::log1p(86400 / 20.0)) == Approx(.57002).margin(3e-5));
  CHECK(mean_decay(.049, .008, std::log1p(2592000 / 20.0)) == Approx(.56417).margin(5e-6));
  CHECK(mean_decay(.05, 0, 2) == Approx(std::exp(-.1)));
  for (const auto& [mean, deviation] : cases)
    CHECK(mean_decay(mean, deviation, 3) == Approx(expectation([m = mean, d = deviation](double xi) {
                                              return std::exp(-3 * std::fabs(m + d * xi));
                                            })).margin(1e-6));
}
