// SPDX-License-Identifier: Apache-2.0
#include "core/linalg/array_operator.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/linalg/problems.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("An exact array multiplies both ways") {
  const auto a = normal_matrix(150, 70, 1);
  ArrayOperator array(a, exact_array(), RandomKey(2), "A");
  const auto v = normal_vector(70, 3), u = normal_vector(150, 4);
  const auto y = array.multiply(v), z = array.multiply_transposed(u);
  const auto exact_y = multiply(a, v), exact_z = multiply_transposed(a, u);
  for (size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == Approx(exact_y[i]).margin(1e-4));
  for (size_t i = 0; i < z.size(); ++i) REQUIRE(z[i] == Approx(exact_z[i]).margin(1e-4));
}

TEST_CASE("The bill counts products, conversions and writes") {
  auto settings = exact_array();
  settings.reads = 3;
  settings.hardware.dac_bits = settings.hardware.adc_bits = 8;
  settings.hardware.effects.bound_management = BoundManagement::none;
  ArrayOperator array(normal_matrix(150, 70, 1), settings, RandomKey(2), "A");
  array.multiply(normal_matrix(5, 70, 3));
  array.multiply_transposed(normal_matrix(2, 150, 3));
  auto bill = array.bill();
  CHECK(bill.products == 21);
  CHECK(bill.crossbars == 6);
  CHECK(bill.transposed.adc_conversions == 15 * 2 * 150);  // two column splits
  CHECK(bill.forward.adc_conversions == 6 * 3 * 70);       // three row splits
  CHECK(bill.writes.programmed == 2 * 150 * 70);
  CHECK(bill.energy.low_j > 0);
  CHECK(bill.energy.high_j > bill.energy.low_j);
  bill += bill;
  CHECK(bill.products == 42);
}

TEST_CASE("The same key gives the same numbers; another key others") {
  const auto a = normal_matrix(60, 30, 1);
  const auto v = normal_vector(30, 3);
  ArrayOperator first(a, {}, RandomKey(2), "A"), again(a, {}, RandomKey(2), "A"),
      other(a, {}, RandomKey(3), "A");
  const auto y = first.multiply(v);
  CHECK(again.multiply(v) == y);
  CHECK(other.multiply(v) != y);
  CHECK(first.multiply(v) != y);  // noise of another product
}

TEST_CASE("Arrays that cannot be are refused") {
  auto settings = exact_array();
  settings.crossbars = 5;
  const auto a = normal_matrix(150, 70, 1);
  CHECK_THROWS_WITH(ArrayOperator(a, settings, RandomKey(1), "A"),
                    "A: expected a matrix that fits 5 crossbars of 64 x 64, got 150 x 70, which needs 6");
  settings.crossbars = 6;
  ArrayOperator fits(a, settings, RandomKey(1), "A");
  CHECK_THROWS_AS(fits.multiply(normal_vector(71, 1)), DataError);
  settings.reads = 0;
  CHECK_THROWS_AS(ArrayOperator(a, settings, RandomKey(1), "A"), ConfigError);
  settings = exact_array();
  settings.hardware.device = "pmc";
  CHECK_THROWS_AS(ArrayOperator(a, settings, RandomKey(1), "A"), ConfigError);
}
