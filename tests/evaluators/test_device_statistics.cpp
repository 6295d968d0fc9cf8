// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/device_statistics.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("An ideal device's statistics are its targets") {
  const auto model = make_device_model("ideal", 25);
  for (const auto& target : measure_devices(*model, {0, 12.5, 25}, {1, 86400}, 100, RandomKey(1))) {
    CHECK(target.programmed_us.mean == target.target_us);
    CHECK(target.programmed_us.deviation == 0);
    REQUIRE(target.reads.size() == 2);
    for (const auto& read : target.reads)
      for (const double g :
           {read.formula_us.mean, read.measured_us.mean, read.p5_us, read.p50_us, read.p95_us})
        CHECK(g == target.target_us);
  }
}

TEST_CASE("Percentiles are the sample's") {
  const auto model = make_device_model("reram_wan2022", 40);
  const auto found = measure_devices(*model, {20}, {1}, 100000, RandomKey(1))[0];
  const double deviation = model->programming_deviation_us(20);
  // Five standard errors of a normal's percentile: sqrt(p (1 - p) / n) / density
  const double median_bound = 5 * deviation * .5 / .3989 / std::sqrt(1e5);
  const double tail_bound = 5 * deviation * .2179 / .1031 / std::sqrt(1e5);
  CHECK(found.reads[0].p50_us == Approx(20).margin(median_bound));
  CHECK(found.reads[0].p5_us == Approx(20 - 1.64485 * deviation).margin(tail_bound));
  CHECK(found.reads[0].p95_us == Approx(20 + 1.64485 * deviation).margin(tail_bound));
}

TEST_CASE("Targets and times that the device does not know are refused before anything is drawn") {
  const auto model = make_device_model("reram_wan2022", 40);
  CHECK_THROWS_WITH(measure_devices(*model, {41}, {1}, 10, RandomKey(1)),
                    ContainsSubstring("expected 0 to 40 µS, got 41"));
  CHECK_THROWS_AS(measure_devices(*model, {-1}, {1}, 10, RandomKey(1)), ConfigError);
  CHECK_THROWS_WITH(measure_devices(*model, {20}, {3600}, 10, RandomKey(1)), ContainsSubstring("got 3600 s"));
}
