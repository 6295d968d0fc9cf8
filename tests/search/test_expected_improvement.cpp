// SPDX-License-Identifier: Apache-2.0
#include "search/models/expected_improvement.hpp"

#include <cmath>
#include <numbers>

#include "core/base/random.hpp"
#include "search/models/hypervolume.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

double density(const Belief& belief, double y) {
  const double z = (y - belief.mean) / belief.deviation;
  return std::exp(-0.5 * z * z) / (belief.deviation * std::sqrt(2 * std::numbers::pi));
}

/// Midpoint rule over 8 deviations on each side.
template <class Function>
double expectation(const Belief& belief, int steps, const Function& function) {
  const double from = belief.mean - 8 * belief.deviation, step = 16 * belief.deviation / steps;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double y = from + (i + 0.5) * step;
    sum += function(y) * density(belief, y) * step;
  }
  return sum;
}

const std::vector<std::vector<double>> front{{1, 4}, {2, 3}, {1.5, 2}, {4, 0.5}};
const std::array<double, 2> reference{0, 0};

}  // namespace

TEST_CASE("expected improvement is the integral of the improvement") {
  for (const Belief belief : {Belief{0, 1}, Belief{2, 0.3}, Belief{-3, 2}})
    for (const double best : {-1.0, 0.0, 1.7}) {
      const double integral = expectation(belief, 20000, [&](double y) { return std::max(y - best, 0.0); });
      CHECK(expected_improvement(belief, best) == Approx(integral).margin(1e-6));
    }
  CHECK(expected_improvement({1, 0}, 0.25) == 0.75);
  CHECK(expected_improvement({1, 0}, 2) == 0);
}

TEST_CASE("expected hypervolume improvement in two dimensions is the integral of the gain") {
  for (const std::array<Belief, 2> beliefs :
       {std::array{Belief{2, 1}, Belief{3, 0.5}}, std::array{Belief{5, 0.2}, Belief{5, 0.2}},
        std::array{Belief{-1, 1}, Belief{1, 1}}}) {
    const double integral = expectation(beliefs[0], 400, [&](double x) {
      return expectation(beliefs[1], 400, [&](double y) {
        return hypervolume_gain(front, {x, y}, reference);
      });
    });
    CHECK(expected_hypervolume_improvement(beliefs, front, reference) == Approx(integral).epsilon(2e-3));
  }
}

TEST_CASE("without deviation the expected gain is the gain, with an empty front the expected box") {
  CHECK(expected_hypervolume_improvement({Belief{3, 0}, Belief{2, 0}}, front, reference) ==
        Approx(hypervolume_gain(front, {3, 2}, reference)));
  const std::array<Belief, 2> beliefs{Belief{1, 0.5}, Belief{2, 0.5}};
  CHECK(expected_hypervolume_improvement(beliefs, {}, reference) ==
        Approx(expected_improvement(beliefs[0], 0) * expected_improvement(beliefs[1], 0)));
}

TEST_CASE("the sampled expected gain agrees with the exact one within five standard errors") {
  const std::array<Belief, 2> beliefs{Belief{2, 1}, Belief{3, 0.5}};
  constexpr int samples = 20000;
  Random random(RandomKey(4));
  Eigen::MatrixXd normals(samples, 2);
  for (auto& normal : normals.reshaped()) normal = random.normal();
  double squares = 0;
  for (int i = 0; i < samples; ++i)
    squares += std::pow(hypervolume_gain(front, {2 + normals(i, 0), 3 + 0.5 * normals(i, 1)}, reference), 2);
  const double sampled = expected_hypervolume_improvement(beliefs, front, reference, normals);
  const double error = std::sqrt((squares / samples - sampled * sampled) / samples);
  CHECK(std::abs(sampled - expected_hypervolume_improvement(beliefs, front, reference)) < 5 * error);
}
