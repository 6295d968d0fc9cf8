// SPDX-License-Identifier: Apache-2.0
// R12: sigma at 40 µS, from an independent script; "rounding" is half the last digit given there. (Its 3.367
// at x = 0.75 after a day is 3.36648 by the coefficients, so rounded once too often; the value here is by
// hand.)
#include "core/analog/devices/reram_wan2022.hpp"

#include "core/base/error.hpp"
#include "tests/analog/programmed_devices.hpp"
#include "tests/analog/statistics.hpp"
#include "tests/catch.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr size_t n = 100000;
constexpr double rounding = 5e-4;
constexpr double day_s = 86400;

ProgrammedDevices program(const Wan2022Device& model, double target_us) {
  return {model, std::vector<float>(n, static_cast<float>(target_us)), RandomKey(1)};
}

}  // namespace

TEST_CASE("R12: Wan's deviations have the reference values at each measured time") {
  const Wan2022Device model(40);
  const double golden[][3] = {
      {0, .348, .701}, {.25, 2.258, 3.721}, {.5, 2.023, 3.909}, {.75, 1.533, 3.3665}, {1, 1.103, 2.651}};
  for (const auto& [x, second, day] : golden) {
    CHECK(model.deviation_us(40 * x, 1) == Approx(second).margin(rounding));
    CHECK(model.deviation_us(40 * x, day_s) == Approx(day).margin(rounding));
    CHECK(model.programming_deviation_us(40 * x) == model.deviation_us(40 * x, 1));
  }
  // c0 + c1 / 2 + c2 / 4 + c3 / 8 + c4 / 16 of the fit of two days
  CHECK(model.deviation_us(20, 2 * day_s) ==
        Approx(.782 + 20.274 / 2 - 43.507 / 4 + 37.062 / 8 - 11.934 / 16).epsilon(1e-5));
}

TEST_CASE("Wan's marginal distribution is the paper's at each measured time") {
  const Wan2022Device model(40);
  const auto devices = program(model, 20);
  for (const double time_s : {1.0, day_s, 2 * day_s}) {
    const double deviation = model.deviation_us(20, time_s);
    auto read_us = devices.read(time_s, 2);
    const auto found = moments(read_us);
    CHECK(found.mean == Approx(20).margin(mean_bound(deviation, n)));
    CHECK(found.deviation == Approx(deviation).margin(deviation_bound(deviation, n)));
    for (auto& g : read_us) g = static_cast<float>((g - 20) / deviation);
    CHECK(kolmogorov_smirnov(read_us, normal_cdf) < 1.95);
  }
}

TEST_CASE("Wan's devices keep their standardised deviation through their times") {
  const Wan2022Device model(40);
  const auto devices = program(model, 20);
  const auto second = devices.read(1, 2), day = devices.read(day_s, 3);
  const double ratio = model.deviation_us(20, day_s) / model.deviation_us(20, 1);
  for (size_t i = 0; i < n; ++i) REQUIRE(day[i] - 20 == Approx(ratio * (second[i] - 20)).margin(2e-5));
  CHECK(devices.read(day_s, 4) == day);  // nothing was published on reads of one device at one time
}

TEST_CASE("A read of Wan's devices at time 0 is the fit of one second, and so is what was programmed") {
  const Wan2022Device model(40);
  auto devices = program(model, 20);
  CHECK(devices.read(0, 2) == devices.read(1, 2));
  CHECK(devices.written() == devices.read(1, 2));
}

TEST_CASE("Wan's times without a measurement are refused and the valid ones named") {
  const Wan2022Device model(40);
  for (const double time_s : {-1.0, .5, 3600.0, 2592000.0, std::nan("")})
    CHECK_THROWS_AS(model.check_time(time_s), ConfigError);
  CHECK_THROWS_WITH(model.check_time(3600), ContainsSubstring("1 s, 86400 s (1 day) or 172800 s (2 days)") &&
                                                ContainsSubstring("got 3600 s"));
  CHECK_THROWS_AS(model.expected_us(20, 60), ConfigError);
  for (const double time_s : model.valid_times_s()) CHECK_NOTHROW(model.check_time(time_s));
}
