// SPDX-License-Identifier: Apache-2.0
#include "search/models/kendall_tau.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// tau-b by its definition, over all pairs.
double by_pairs(const std::vector<double>& x, const std::vector<double>& y) {
  const auto sign = [](double a) { return (a > 0) - (a < 0); };
  double sum = 0, untied_x = 0, untied_y = 0;
  for (size_t i = 0; i < x.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      const int a = sign(x[i] - x[j]), b = sign(y[i] - y[j]);
      sum += a * b, untied_x += a != 0, untied_y += b != 0;
    }
  return sum / std::sqrt(untied_x * untied_y);
}

}  // namespace

TEST_CASE("Kendall's tau is that of all pairs, with and without ties") {
  Random random(RandomKey(3));
  for (const int values : {3, 10, 1000000})
    for (const int count : {2, 5, 33, 200}) {
      std::vector<double> x, y;
      for (int i = 0; i < count; ++i) {
        x.push_back(random.integer(0, values));
        y.push_back(random.integer(0, values) + (i % 2) * x.back());
      }
      x[0] = -1, y[1] = -1;  // neither list is constant
      CHECK(kendall_tau(x, y) == Approx(by_pairs(x, y)).margin(1e-12));
    }
}

TEST_CASE("Kendall's tau of equal and of opposite orders is 1 and -1, of others by hand") {
  const std::vector<double> x{1, 2, 3, 4}, down{8, 6, 4, 2}, one_swap{2, 1, 3, 4}, tied{1, 1, 2, 2};
  CHECK(kendall_tau(x, x) == 1);
  CHECK(kendall_tau(x, down) == -1);
  CHECK(kendall_tau(x, one_swap) == Approx(4.0 / 6));  // 5 pairs agree, 1 does not
  CHECK(kendall_tau(x, tied) == Approx(4 / std::sqrt(6.0 * 4.0)));
}

TEST_CASE("Kendall's tau is no number where nothing can be ordered") {
  CHECK(std::isnan(kendall_tau(std::vector<double>{1}, std::vector<double>{1})));
  CHECK(std::isnan(kendall_tau(std::vector<double>{1, 2, 3}, std::vector<double>{5, 5, 5})));
  CHECK(std::isnan(kendall_tau({}, {})));
  CHECK_THROWS_AS(kendall_tau(std::vector<double>{1, 2}, std::vector<double>{1}), std::invalid_argument);
}
