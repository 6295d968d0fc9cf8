// SPDX-License-Identifier: Apache-2.0
#include "search/kendall_tau.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("Kendall's tau of equal, opposite and half-shuffled rankings") {
  const std::vector<double> up = {1, 2, 3, 4}, down = {4, 3, 2, 1}, one_swap = {2, 1, 3, 4};
  CHECK(kendall_tau(up, up) == 1);
  CHECK(kendall_tau(up, down) == -1);
  CHECK(kendall_tau(up, one_swap) == Approx(4.0 / 6));  // 5 pairs agree, 1 does not
}

TEST_CASE("Kendall's tau-b corrects for ties and is 0 where nothing varies") {
  const std::vector<double> up = {1, 2, 3, 4}, tied = {1, 1, 2, 2}, flat = {5, 5, 5, 5};
  CHECK(kendall_tau(up, tied) == Approx(4 / std::sqrt(6.0 * 4.0)));
  CHECK(kendall_tau(up, flat) == 0);
  CHECK(kendall_tau({}, {}) == 0);
}

TEST_CASE("rankings of different lengths are refused") {
  CHECK_THROWS_AS(kendall_tau(std::vector<double>{1, 2}, std::vector<double>{1}), std::invalid_argument);
}
