// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/pulse_statistics.hpp"

#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

std::unique_ptr<DeviceModel> soft_bounds(double imbalance, double imbalance_spread) {
  DeviceParameters parameters;
  parameters.soft_bounds = {.states = 200, .imbalance = imbalance, .imbalance_spread = imbalance_spread};
  return make_device_model("soft_bounds", 30, parameters);
}

}  // namespace

TEST_CASE("The symmetry point is the formula's, an end of the range, or nowhere in particular") {
  CHECK(symmetry_point_us(*soft_bounds(.3, 0)).value() == Approx(23));
  CHECK(symmetry_point_us(*soft_bounds(-.9, 0)).value() == Approx(11));
  CHECK(symmetry_point_us(*make_device_model("ecram", 0)).value() == Approx(20 - 1.724));
  DeviceParameters parameters;
  CHECK_FALSE(symmetry_point_us(*make_device_model("constant_step", 30, parameters)));
  parameters.constant_step.imbalance = .1;
  CHECK(symmetry_point_us(*make_device_model("constant_step", 30, parameters)).value() == 30);
  parameters.constant_step.imbalance = -.1;
  CHECK(symmetry_point_us(*make_device_model("constant_step", 30, parameters)).value() == 10);
  CHECK_FALSE(symmetry_point_us(*make_device_model("pcm_accumulative", 0)));
}

TEST_CASE("Devices come to symmetry points that spread as their imbalances do") {
  const auto model = soft_bounds(.2, .1);
  CHECK(pulses_over_range(*model) == 200);
  const int devices = 3000;
  const auto found = measure_pulses(*model, 200, devices, RandomKey(1));
  REQUIRE(found.symmetry);
  // 20 + 10 (0.2 +- 0.1) µS, five standard errors, within a step of 0.1 µS
  CHECK(found.symmetry->sample_us.mean == Approx(22).margin(5 / std::sqrt(devices) + .1));
  CHECK(found.symmetry->sample_us.deviation == Approx(1).margin(5 / std::sqrt(2.0 * devices) + .01));
  CHECK(found.symmetry->p95_us - found.symmetry->p5_us == Approx(2 * 1.645).margin(.3));
}

TEST_CASE("Curves rise as the law says, and fall from where they ended") {
  const auto model = soft_bounds(0, 0);
  const auto found = measure_pulses(*model, 400, 10, RandomKey(2));
  REQUIRE(found.curve.size() == 82);
  const auto& top = found.curve[40];
  CHECK(top.pulses == 400);
  // Programmed within half a step of the lowest end, whose bound stops half of them: w from -1 to -0.995.
  const double left = std::pow(1 - .01, 400);
  CHECK(top.conductance_us.mean == Approx(30 - 20 * left).margin(.05 * left + 1e-3));
  CHECK(found.curve[41].conductance_us.mean == top.conductance_us.mean);
  CHECK(found.curve[81].conductance_us.mean == Approx(10 + (20 - 20 * left) * left).margin(.01));
  for (const auto& step : found.steps)
    if (step.conductance_us > 10 && step.conductance_us < 30) {
      CHECK(step.up_us.mean == Approx(step.up_formula_us.mean).margin(1e-3));
      CHECK(step.down_us.mean == Approx(step.down_formula_us.mean).margin(1e-3));
    }
}

TEST_CASE("Only devices that take pulses are measured") {
  CHECK_THROWS_AS(measure_pulses(*make_device_model("pcm", 25), 10, 10, RandomKey(1)), ConfigError);
  CHECK_THROWS_AS(measure_pulses(*soft_bounds(0, 0), 0, 10, RandomKey(1)), ConfigError);
  CHECK_FALSE(measure_pulses(*make_device_model("pcm_accumulative", 9), 5, 10, RandomKey(1)).symmetry);
}
