// SPDX-License-Identifier: Apache-2.0
#include "core/base/quantity.hpp"

#include "tests/catch.hpp"

namespace mho {

TEST_CASE("quantities get three digits and an SI prefix") {
  CHECK(format_quantity(1.534e-4, "J") == "153 µJ");
  CHECK(format_quantity(0.00204, "s") == "2.04 ms");
  CHECK(format_quantity(999.6, "J") == "1.00 kJ");
  CHECK(format_quantity(99.96, "J") == "100 J");
  CHECK(format_quantity(9.996, "J") == "10.0 J");
  CHECK(format_quantity(1e-3, "s") == "1.00 ms");
  CHECK(format_quantity(1e3, "bit") == "1.00 kbit");
  CHECK(format_quantity(81e-15, "J") == "81.0 fJ");
  CHECK(format_quantity(2e-17, "J") == "0.02 fJ");
  CHECK(format_quantity(-1.5e6, "J") == "-1.50 MJ");
  CHECK(format_quantity(0, "J") == "0 J");
}

TEST_CASE("counts get commas and fractions percent") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1000) == "1,000");
  CHECK(format_count(1866536) == "1,866,536");
  CHECK(format_count(-123456) == "-123,456");
  CHECK(format_percent(0.8267) == "82.7 %");
}

}  // namespace mho
