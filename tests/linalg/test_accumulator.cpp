// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/accumulator.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

namespace {

ArraySettings pulsed() {
  auto settings = exact_array();
  settings.hardware.device = "constant_step";
  settings.hardware.cell.kind = CellKind::single;
  settings.hardware.device_parameters.constant_step.states = 20000;
  return settings;
}

}  // namespace

TEST_CASE("Rank-1 updates add up and are forgotten, on wide and on tall arrays") {
  const int rows = GENERATE(6, 40), columns = 13;
  const double forget = GENERATE(1.0, 0.95);
  Accumulator sum({rows, RealVector(columns, 40.0), forget}, {.stochastic = false}, pulsed(), RandomKey(1),
                  "sum");
  RealMatrix expected(rows, columns);
  for (std::uint64_t t = 0; t < 60; ++t) {
    const auto x = normal_vector(rows, 100 + t), d = normal_vector(columns, 200 + t);
    sum.add(x, d);
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c)
        expected.row(r)[c] =
            forget * expected.row(r)[c] + x[static_cast<size_t>(r)] * d[static_cast<size_t>(c)];
  }
  auto difference = sum.read().values;
  add(-1, expected.values, difference);
  // A step is 40 (80 where it forgets) / 10000; the error of an update is uniform in it: sqrt(60 / 12) steps.
  CHECK(norm(difference) / std::sqrt(rows * columns) < 2 * std::sqrt(60.0 / 12) * 0.008);
  CHECK((sum.rewrites() > 0) == (forget < 1));
  CHECK(sum.fill() < 1);
  CHECK(sum.bill().writes.pulses > 0);
}

TEST_CASE("Columns have full scales of their own") {
  Accumulator sum({20, {1.0, 1000.0}, 1}, {.stochastic = false}, pulsed(), RandomKey(1), "sum");
  const auto x = normal_vector(20, 1);
  sum.add(x, {0.1, 100});
  const auto m = sum.read();
  for (int r = 0; r < 20; ++r) {
    CHECK(m.row(r)[0] == Approx(0.1 * x[static_cast<size_t>(r)]).margin(2e-4));  // two steps
    CHECK(m.row(r)[1] == Approx(100 * x[static_cast<size_t>(r)]).margin(0.2));
  }
}

TEST_CASE("Accumulators that cannot be are refused") {
  auto settings = pulsed();
  const auto make = [&](double largest, double forget) {
    Accumulator({4, {largest}, forget}, {}, settings, RandomKey(1), "sum");
  };
  CHECK_THROWS_AS(make(0, 1), ConfigError);
  CHECK_THROWS_AS(make(1, 0), ConfigError);
  CHECK_THROWS_AS(make(1, 1.1), ConfigError);
  settings.hardware.device = "pcm";
  CHECK_THROWS_WITH(make(1, 1), ContainsSubstring("expected a device that takes pulses"));
}
