// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/krylov.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "core/linalg/array_operator.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// 2-D Poisson on side x side inner points.
RealMatrix poisson(int side) {
  RealMatrix a(side * side, side * side);
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) {
      const int at = i * side + j;
      a.row(at)[at] = 4;
      if (i > 0) a.row(at)[at - side] = -1;
      if (i + 1 < side) a.row(at)[at + side] = -1;
      if (j > 0) a.row(at)[at - 1] = -1;
      if (j + 1 < side) a.row(at)[at + 1] = -1;
    }
  return a;
}

/// (A + shift)^-1 by its eigenvectors.
RealMatrix inverse(const RealMatrix& a, double shift) {
  const auto eigen = symmetric_eigenvectors(a);
  auto scaled = eigen.vectors;
  for (int r = 0; r < a.rows; ++r)
    for (int c = 0; c < a.rows; ++c) scaled.row(r)[c] /= eigen.values[static_cast<size_t>(c)] + shift;
  return product(scaled, transposed(eigen.vectors));
}

LinearMap map_of(const RealMatrix& a) {
  return [&a](const RealVector& x) { return multiply(a, x); };
}

/// Each entry with an error of that part of the largest one.
RealMatrix with_errors(RealMatrix m, double part, std::uint64_t seed) {
  double largest = 0;
  for (const double v : m.values) largest = std::max(largest, std::fabs(v));
  const auto noise = normal_matrix(m.rows, m.columns, seed);
  for (size_t i = 0; i < m.values.size(); ++i) m.values[i] += part * largest * noise.values[i];
  return m;
}

/// Largest |eigenvalue| of 1 - M A, by its powers.
double spectral_radius(const RealMatrix& m, const RealMatrix& a) {
  auto x = normal_vector(a.rows, 11);
  double growth = 0;
  for (int k = 0; k < 4000; ++k) {
    const auto step = multiply(m, multiply(a, x));
    add(-1, step, x);
    const double size = norm(x);
    for (double& v : x) v /= size;
    if (k >= 3000) growth += std::log(size) / 1000;
  }
  return std::exp(growth);
}

}  // namespace

TEST_CASE("Flexible GMRES and conjugate gradients solve Poisson's equation to their tolerance") {
  const auto a = poisson(10);
  const auto b = normal_vector(100, 1);
  const IterationLimits limits{1e-9, 200};
  for (const auto& result :
       {fgmres(map_of(a), {}, b, limits), conjugate_gradients(map_of(a), {}, b, limits)}) {
    CHECK(result.converged);
    CHECK(result.reason == "tolerance");
    auto r = b;
    add(-1, multiply(a, result.x), r);
    CHECK(norm(r) < 3e-9 * norm(b));
    CHECK(result.history.size() > 20);
  }
  const auto m = inverse(a, 0.0);
  CHECK(fgmres(map_of(a), {map_of(m)}, b, limits).history.size() == 2);
  CHECK(conjugate_gradients(map_of(a), {map_of(m)}, b, limits).history.size() == 2);
}

TEST_CASE("Flexible GMRES gets through with a preconditioner on a noisy array") {
  const auto a = poisson(10);
  const auto b = normal_vector(100, 1);
  ArrayOperator m(inverse(a, 0.5), noisy_array(0.01, 0.04), RandomKey(2), "M");
  const Preconditioner on_array{[&](const RealVector& r) { return m.multiply(r); }, true};
  const auto result = fgmres(map_of(a), on_array, b, {1e-6, 100});
  CHECK(result.converged);
  CHECK(result.history.size() < fgmres(map_of(a), {}, b, {1e-6, 200}).history.size());
  CHECK_THROWS_WITH(conjugate_gradients(map_of(a), on_array, b, {1e-6, 100}),
                    ContainsSubstring("use flexible GMRES"));
}

TEST_CASE("Richardson converges below a spectral radius of 1 and diverges above it") {
  const auto a = poisson(10);
  const auto b = normal_vector(100, 1);
  const auto exact = inverse(a, 0.0);
  int converged = 0, diverged = 0;
  for (const double part : {0.0003, 0.001, 0.03, 0.1}) {
    const auto m = with_errors(exact, part, 7);
    const double radius = spectral_radius(m, a);
    REQUIRE(std::fabs(radius - 1) > 0.05);
    const auto result = richardson(map_of(a), {map_of(m)}, b, {1e-8, 2000});
    CHECK(result.converged == (radius < 1));
    CHECK((result.reason == "diverged") == (radius > 1));
    ++(radius < 1 ? converged : diverged);
  }
  CHECK(converged >= 1);
  CHECK(diverged >= 1);
}

TEST_CASE("Running out of iterations is a result") {
  const auto a = poisson(10);
  const auto b = normal_vector(100, 1);
  const auto result = fgmres(map_of(a), {}, b, {1e-12, 3});
  CHECK_FALSE(result.converged);
  CHECK(result.reason == "iterations");
  CHECK(result.history.size() == 4);
  CHECK(fgmres(map_of(a), {}, RealVector(100, 0.0), {}).converged);
}
