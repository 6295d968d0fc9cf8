// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/dense.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("Factors give back what they were made of") {
  const auto a = normal_matrix(30, 7, 1);
  const auto q = orthonormal(a);
  const auto qtq = product(transposed(q), q);
  for (int r = 0; r < 7; ++r)
    for (int c = 0; c < 7; ++c) CHECK(qtq.row(r)[c] == Approx(r == c ? 1 : 0).margin(1e-12));
  auto svd = singular_values(a);
  auto scaled = svd.u;
  for (int r = 0; r < 30; ++r)
    for (int c = 0; c < 7; ++c) scaled.row(r)[c] *= svd.s[static_cast<size_t>(c)];
  const auto again = product(scaled, svd.vt);
  for (size_t i = 0; i < a.values.size(); ++i) REQUIRE(again.values[i] == Approx(a.values[i]).margin(1e-12));
}

TEST_CASE("R of a QR decomposition turns A^T A into 1") {
  const auto a = normal_matrix(40, 5, 2);
  const TriangularFactor r(a);
  const auto x = normal_vector(5, 3);
  const auto y = r.solve_transposed(multiply_transposed(a, multiply(a, r.solve(x))));
  for (size_t i = 0; i < 5; ++i) CHECK(y[i] == Approx(x[i]));
}

TEST_CASE("Least squares leave a residual that is orthogonal to the columns") {
  const auto a = normal_matrix(50, 6, 4);
  const auto b = normal_vector(50, 5);
  auto r = b;
  add(-1, multiply(a, exact_least_squares(a, b)), r);
  CHECK(norm(multiply_transposed(a, r)) < 1e-12 * norm(b) * std::sqrt(50.0));
}

TEST_CASE("A dependent column is named, a small one is not") {
  auto a = normal_matrix(50, 4, 6);
  for (int r = 0; r < 50; ++r) a.row(r)[2] *= 1e-12;
  CHECK(dependent_column(a, 1e-10) == -1);
  for (int r = 0; r < 50; ++r) a.row(r)[3] = 2 * a.row(r)[0] - a.row(r)[1];
  const int found = dependent_column(a, 1e-10);
  CHECK((found == 0 || found == 1 || found == 3));
  for (int r = 0; r < 50; ++r) a.row(r)[2] = 0;
  CHECK(dependent_column(a, 1e-10) == 2);
}

TEST_CASE("Numbers that are not finite are refused with their place") {
  auto a = normal_matrix(3, 2, 1);
  a.row(1)[1] = NAN;
  CHECK_THROWS_WITH(check_matrix(a, "A"), "A: expected finite numbers, got nan at row 1, column 1");
  CHECK_THROWS_AS(check_matrix(RealMatrix(0, 3), "A"), DataError);
  CHECK_THROWS_WITH(check_vector({1, 2}, 3, "b"), "b: expected 3 numbers, got 2");
}

TEST_CASE("The sign rule makes the largest entry positive") {
  RealVector row{1, -3, 2}, kept{1, 3, -2};
  CHECK(make_largest_positive(row.data(), 3));
  CHECK(row == RealVector{-1, 3, -2});
  CHECK_FALSE(make_largest_positive(kept.data(), 3));
  const auto pairs =
      symmetric_eigenvectors(product(transposed(normal_matrix(9, 4, 1)), normal_matrix(9, 4, 1)));
  CHECK(pairs.values[0] > pairs.values[3]);
}
