// SPDX-License-Identifier: Apache-2.0
#include "evaluators/given_parameters.hpp"

#include "core/base/error.hpp"
#include "evaluators/training/calibration.hpp"
#include "evaluators/training/operands.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

struct Problem {
  Architecture architecture = toy_network(5);
  Samples samples = toy_samples(300, 5, 0.5, 1);
  HardwareConfig hardware;
  Parameters parameters = initial_parameters(architecture, RandomKey(5));

  void calibrate() {
    calibrate_input_ranges({architecture, hardware}, parameters, samples, calibration_samples);
  }
  std::vector<std::string> complete() {
    return complete_parameters({architecture, hardware}, parameters, samples);
  }
  LayerParameters& conv2() { return parameters[4]; }
};

}  // namespace

TEST_CASE("ranges that are missing are calibrated as after a training, and that is said") {
  Problem problem, calibrated;
  calibrated.calibrate();
  problem.parameters[1].input_range = calibrated.parameters[1].input_range * 1.5f;
  const auto notes = problem.complete();
  REQUIRE(notes.size() == 1);
  CHECK(notes.front() ==
        "input ranges were missing and are calibrated on 256 training samples: conv2, dense");
  CHECK(problem.parameters[1].input_range == calibrated.parameters[1].input_range * 1.5f);  // trusted
  for (const size_t node : {4, 8})
    CHECK(problem.parameters[node].input_range == calibrated.parameters[node].input_range);
  CHECK(problem.complete().empty());
}

TEST_CASE("a range that the hardware fixes is not missing") {
  Problem problem;
  problem.hardware.input_range = {InputRangeMode::fixed, 4};
  CHECK(problem.complete().empty());
  CHECK(problem.conv2().input_range == 4);
}

TEST_CASE("a range that clips many inputs is kept and told") {
  Problem problem;
  problem.calibrate();
  const float fits = problem.conv2().input_range;
  problem.conv2().input_range = fits / 60;
  const auto notes = problem.complete();
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes.front(), ContainsSubstring("layer 'conv2': its input range of ") &&
                                ContainsSubstring(" % of its inputs, which reach ") &&
                                ContainsSubstring("leaves out is calibrated"));
  CHECK(problem.conv2().input_range == fits / 60);
  problem.hardware.effects.noise_management = NoiseManagement::abs_max;  // takes each vector's own range
  CHECK(problem.complete().empty());
}

TEST_CASE("a range so wide that all inputs convert to 0 is told") {
  Problem problem;
  problem.calibrate();
  problem.conv2().input_range *= 1e4f;
  const auto notes = problem.complete();
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes.front(), ContainsSubstring("layer 'conv2'") && ContainsSubstring("convert to 0"));
}

TEST_CASE("tile calibrations of other crossbars are refused with the layer") {
  Problem problem;
  problem.calibrate();
  problem.conv2().split_ranges = {1, 1};
  CHECK_THROWS_AS(problem.complete(), ConfigError);
  CHECK_THROWS_WITH(problem.complete(), ContainsSubstring("layer 'conv2': split_ranges: expected 1 numbers"));
  problem.conv2().split_ranges.clear();
  problem.conv2().column_scales.assign(31, 1);
  CHECK_THROWS_WITH(problem.complete(), ContainsSubstring("column_scales: expected 32 numbers"));
}
