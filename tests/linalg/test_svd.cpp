// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/svd.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Singular values that fall as 0.8^k.
RealMatrix falling(int rows, int columns, std::uint64_t seed) {
  const int rank = std::min(rows, columns);
  auto u = orthonormal(normal_matrix(rows, rank, seed));
  const auto v = orthonormal(normal_matrix(columns, rank, seed + 1));
  for (int r = 0; r < rows; ++r)
    for (int k = 0; k < rank; ++k) u.row(r)[k] *= 30 * std::pow(0.8, k);
  return product(u, transposed(v));
}

}  // namespace

TEST_CASE("On an exact array the singular values and vectors are the exact ones") {
  const bool tall = GENERATE(true, false);
  const auto x = tall ? falling(120, 50, 1) : falling(50, 120, 1);
  const auto found = svd(x, {.components = 5, .power_steps = 2, .exact = true}, exact_array(), RandomKey(2));
  CHECK(found.errors->singular_values < 1e-3);
  CHECK(found.captured == Approx(found.errors->captured).epsilon(1e-5));
  CHECK(found.s.size() == 5);
  CHECK(found.u.rows == x.rows);
  const auto gram = product(found.vt, transposed(found.vt));
  for (int r = 0; r < 5; ++r)
    for (int c = 0; c < 5; ++c) CHECK(gram.row(r)[c] == Approx(r == c ? 1 : 0).margin(1e-9));
}

TEST_CASE("Components of a noisy array hold nearly all that the exact ones do") {
  const auto x = falling(300, 60, 3);
  const auto found = svd(x, {.components = 6, .exact = true}, noisy_array(0.02, 0.04), RandomKey(2));
  CHECK(found.captured > found.errors->captured - 0.01);
  CHECK(found.captured < found.errors->captured);
  CHECK(found.bill.products == 16 * 4);  // Omega, one power step both ways, X Q
}

TEST_CASE("Principal components are those of the rows less their mean") {
  auto x = falling(100, 30, 4);
  auto moved = x;
  for (int r = 0; r < 100; ++r)
    for (int c = 0; c < 30; ++c) moved.row(r)[c] += 5;
  const auto here = pca(x, {.components = 3}, exact_array(), RandomKey(2));
  const auto there = pca(moved, {.components = 3}, exact_array(), RandomKey(2));
  for (size_t i = 0; i < here.vt.values.size(); ++i)
    CHECK(there.vt.values[i] == Approx(here.vt.values[i]).margin(1e-3));
  CHECK(there.mean[0] == Approx(here.mean[0] + 5));
}

TEST_CASE("Decompositions that cannot be are refused") {
  auto x = normal_matrix(10, 6, 1);
  CHECK_THROWS_WITH(svd(x, {.components = 7}, exact_array(), RandomKey(1)),
                    ContainsSubstring("expected 1 to 6 components"));
  CHECK_THROWS_AS(svd(x, {.components = 2, .oversample = -1}, exact_array(), RandomKey(1)), ConfigError);
  x.row(2)[1] = INFINITY;
  CHECK_THROWS_AS(pca(x, {.components = 2}, exact_array(), RandomKey(1)), DataError);
}
