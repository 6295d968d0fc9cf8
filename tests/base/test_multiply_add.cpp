// SPDX-License-Identifier: Apache-2.0
#include "core/base/vector/multiply_add.hpp"

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("operations are counted in proportion to the rounds") {
  const auto one = multiply_add(1);
  CHECK(one >= 2 * 4 * 8);  // at least 8 sums of 4 lanes, two operations each
  CHECK(multiply_add(1000) == 1000 * one);
  CHECK(multiply_add(0) == 0);
}
