// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/statistics.hpp"

#include <limits>
#include <vector>

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("mean, deviation and interval of known numbers") {
  const std::vector<double> v{0.90, 0.92, 0.94, 0.96};
  CHECK(mean_of(v) == Approx(0.93));
  CHECK(deviation_of(v) == Approx(0.0258199));
  const auto interval = interval95(v);
  CHECK(interval[0] == Approx(0.93 - 3.1824 * 0.0258199 / 2).epsilon(1e-5));
  CHECK(interval[1] == Approx(0.93 + 3.1824 * 0.0258199 / 2).epsilon(1e-5));
}

TEST_CASE("Student's t follows the tables") {
  CHECK(student_t975(1) == Approx(12.7062).epsilon(1e-4));
  CHECK(student_t975(11) == Approx(2.2010).epsilon(1e-3));
  CHECK(student_t975(24) == Approx(2.0639).epsilon(1e-3));
  CHECK(student_t975(1000) == Approx(1.9623).epsilon(1e-3));
}

TEST_CASE("one programming says nothing about the spread") {
  const std::vector<double> one{0.9};
  CHECK(deviation_of(one) == 0);
  CHECK(interval95(one)[0] == 0);
  CHECK(interval95(one)[1] == 1);
}

TEST_CASE("an interval is cut where the values cannot lie") {
  const std::vector<double> bits{1.9, 2.3};  // a mean of 2.1, half an interval of 12.7 * 0.2
  CHECK(interval95(bits, std::numeric_limits<double>::infinity())[0] == 0);
  CHECK(interval95(bits, std::numeric_limits<double>::infinity())[1] == Approx(2.1 + 12.7062 * 0.2));
  CHECK(interval95(std::vector<double>{0.98, 1.0})[1] == 1);
}
