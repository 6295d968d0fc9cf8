// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/lstsq.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Root of the mean square of the residual ratio over draws of the sketch.
double mean_ratio(const RealMatrix& a, const RealVector& b, LstsqOptions options,
                  const ArraySettings& settings, int draws) {
  options.exact = true;
  double sum = 0;
  for (int k = 0; k < draws; ++k) {
    const auto result =
        lstsq(a, b, options, settings, RandomKey(10).with("draw", static_cast<std::uint64_t>(k)));
    sum += std::pow(result.errors->residual_ratio, 2) / draws;
  }
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("An exact Gaussian sketch leaves the residual sqrt(1 + d / (s - d - 1)) too large") {
  const int d = 10;
  const auto a = normal_matrix(500, d, 1);
  const auto b = targets_of(a, 1, 2);
  const auto held = GENERATE(Held::sketch, Held::matrix);
  for (const int rows : {40, 80, 160}) {
    const double excess = double{d} / (rows - d - 1);
    const double ratio = mean_ratio(a, b, {.sketch_rows = rows, .held = held}, exact_array(), 40);
    // The excess of one draw spreads by about sqrt(2 / d) of itself and more for heavy tails: 40 draws know
    // it to 10 %, and the bound is 4 of that.
    CHECK(ratio * ratio - 1 == Approx(excess).epsilon(0.4));
  }
}

TEST_CASE(
    "Every sketch solves; written errors cost nothing where the sketch is held, and something where A is") {
  const auto a = normal_matrix(600, 10, 1);
  const auto b = targets_of(a, 1, 2);
  for (const auto kind : all_values<SketchKind>()) {
    LstsqOptions options{.sketch_rows = 200, .sketch = kind};
    CHECK(mean_ratio(a, b, options, exact_array(), 5) < 1.1);
  }
  LstsqOptions options{.sketch_rows = 160};
  const double exact = mean_ratio(a, b, options, exact_array(), 10);
  const double sketch_held = mean_ratio(a, b, options, noisy_array(0.05), 10);
  options.held = Held::matrix;
  const double matrix_held = mean_ratio(a, b, options, noisy_array(0.05), 10);
  CHECK(sketch_held < exact + 0.05);
  CHECK(matrix_held > exact + 0.1);
}

TEST_CASE("Digital products with the sketch's R reach digital precision in few iterations") {
  auto a = normal_matrix(800, 20, 1);
  for (int r = 0; r < 800; ++r)  // condition number of about 1e4
    for (int c = 0; c < 20; ++c) a.row(r)[c] *= std::pow(10.0, -c / 5.0);
  const auto b = targets_of(a, 1, 2);
  const auto result = lstsq(a, b, {.method = LstsqMethod::precondition, .tolerance = 1e-12, .exact = true},
                            noisy_array(0.02, 0.04), RandomKey(3));
  CHECK(result.converged);
  CHECK(result.history.size() < 60);
  CHECK(result.errors->solution < 1e-8);
  CHECK(result.errors->residual_ratio == Approx(1).epsilon(1e-12));
  CHECK_THAT(result.reason, ContainsSubstring("gradient"));
}

TEST_CASE("Refinement reaches digital precision with noisy products of the array") {
  const auto a = normal_matrix(400, 12, 1);
  const auto b = targets_of(a, 0.5, 2);
  const auto result = lstsq(a, b, {.method = LstsqMethod::refine, .tolerance = 1e-11, .exact = true},
                            noisy_array(0.01, 0.04), RandomKey(3));
  CHECK(result.converged);
  CHECK(result.errors->solution < 1e-9);
  CHECK(result.bill.transposed.products > 0);
  // Every step is by a line search: the residual never grows.
  for (size_t k = 1; k < result.history.size(); ++k)
    CHECK(result.history[k] <= result.history[k - 1] * (1 + 1e-12));
}

TEST_CASE("A consistent system ends by its residual") {
  const auto a = normal_matrix(300, 8, 1);
  const auto result = lstsq(a, multiply(a, normal_vector(8, 2)), {.method = LstsqMethod::precondition},
                            noisy_array(0.02), RandomKey(3));
  CHECK(result.converged);
  CHECK_THAT(result.reason, ContainsSubstring("residual"));
}

TEST_CASE("Not converging is a result with its history") {
  const auto a = normal_matrix(300, 8, 1);
  const auto result = lstsq(a, targets_of(a, 1, 2),
                            {.method = LstsqMethod::precondition, .tolerance = 1e-14, .iterations = 2},
                            noisy_array(0.02), RandomKey(3));
  CHECK_FALSE(result.converged);
  CHECK(result.history.size() == 3);
  CHECK_THAT(result.reason, ContainsSubstring("iterations: 2"));
}

TEST_CASE("Solutions depend on the key, not on threads") {
  const auto a = normal_matrix(300, 8, 1);
  const auto b = targets_of(a, 1, 2);
  const int threads = thread_count();
  set_thread_count(1);
  const auto one = lstsq(a, b, {}, {}, RandomKey(3));
  set_thread_count(3);
  const auto three = lstsq(a, b, {}, {}, RandomKey(3));
  set_thread_count(threads);
  CHECK(one.x == three.x);
  CHECK(one.x != lstsq(a, b, {}, {}, RandomKey(4)).x);
}

TEST_CASE("Problems that cannot be solved are refused") {
  auto a = normal_matrix(60, 5, 1);
  const auto b = normal_vector(60, 2);
  const auto solve = [&](const RealVector& right, const LstsqOptions& options = {}) {
    return lstsq(a, right, options, exact_array(), RandomKey(1));
  };
  CHECK_THROWS_WITH(solve(normal_vector(59, 1)), ContainsSubstring("expected 60 numbers, got 59"));
  CHECK_THROWS_WITH(solve(b, {.sketch_rows = 5}), ContainsSubstring("more sketch rows than the 5 unknowns"));
  CHECK_THROWS_AS(solve(b, {.tolerance = 0}), ConfigError);
  auto settings = exact_array();
  settings.crossbars = 0;
  CHECK_THROWS_WITH(lstsq(normal_matrix(4, 5, 1), normal_vector(4, 1), {}, settings, RandomKey(1)),
                    ContainsSubstring("at least as many rows as columns"));
  for (int r = 0; r < 60; ++r) a.row(r)[4] = a.row(r)[0] + a.row(r)[1];
  CHECK_THROWS_WITH(solve(b), ContainsSubstring("expected independent columns"));
  a.row(3)[2] = NAN;
  CHECK_THROWS_WITH(solve(b), ContainsSubstring("got nan at row 3, column 2"));
}
