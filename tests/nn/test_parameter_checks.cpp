// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/parameter_checks.hpp"

#include <cmath>
#include <vector>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

void check(const std::vector<float>& values, const std::vector<std::int64_t>& shape, NumberRule rule) {
  check_numbers(values, shape, rule, "w");
}

}  // namespace

TEST_CASE("numbers that keep their rule pass") {
  check({-1, 0, 1}, {3}, NumberRule::finite);
  check({0, 1}, {2}, NumberRule::from_zero);
  check({1e-30f}, {1}, NumberRule::above_zero);
  check({}, {0, 4}, NumberRule::above_zero);
}

TEST_CASE("the first number that breaks its rule is told with its index") {
  CHECK_THROWS_AS(check({0}, {1}, NumberRule::above_zero), DataError);
  CHECK_THROWS_WITH(check({1, 0}, {2}, NumberRule::above_zero),
                    "w[1]: expected a finite number above 0, got 0");
  CHECK_THROWS_WITH(check({1, 1, 1, 1, -1, -1}, {2, 3}, NumberRule::from_zero),
                    "w[1, 1]: expected a finite number from 0, got -1");
  CHECK_THROWS_WITH(check({1, 1, 1, -INFINITY}, {1, 2, 2}, NumberRule::finite),
                    "w[0, 1, 1]: expected a finite number, got -inf");
  CHECK_THROWS_WITH(check({std::nanf("")}, {}, NumberRule::from_zero),
                    "w: expected a finite number from 0, got nan");
}
