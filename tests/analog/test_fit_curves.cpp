// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/fit_curves.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("A polynomial is the sum of its powers, over its unit") {
  const auto p = make_polynomial<3>("p", {1, 2, 4}, 2);
  for (const float x : {0.0f, .5f, 1.0f, -2.0f}) CHECK(p(x) == Approx((1 + 2 * x + 4 * x * x) / 2));
  CHECK_THROWS_WITH(make_polynomial<3>("here", {1, 2}),
                    ContainsSubstring("here: expected 3 coefficients, got 2"));
}

TEST_CASE("A clipped line stays between its bounds") {
  const auto line = make_line("line", {2, 1, .5, 3});
  CHECK(line(0) == 1);
  CHECK(line(-9) == .5f);
  CHECK(line(9) == 3);
  CHECK_THROWS_AS(make_line("line", {1, 0, 2, 1}), ConfigError);
}
