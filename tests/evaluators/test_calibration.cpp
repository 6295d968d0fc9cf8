// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/calibration.hpp"

#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

struct Problem {
  Architecture architecture = toy_network(5);
  Samples samples = toy_samples(50, 5, 0.5, 1);
  HardwareConfig hardware;
  Parameters parameters = initial_parameters(architecture, RandomKey(5));

  void calibrate() { calibrate_input_ranges({architecture, hardware}, parameters, samples, 50); }
};

}  // namespace

TEST_CASE("a percentile of the inputs becomes the range, and is measured anew") {
  Problem problem;
  problem.hardware.input_percentile = 100;
  problem.calibrate();
  float largest = 0;
  for (const float v : problem.samples.images) largest = std::max(largest, std::abs(v));
  CHECK(problem.parameters[1].input_range == largest);
  problem.parameters[1].input_range = 1;
  problem.hardware.input_percentile = 50;
  problem.calibrate();
  CHECK(problem.parameters[1].input_range < 0.5f * largest);
  CHECK(problem.parameters[2].input_range == 0);  // a batch norm
}

TEST_CASE("a fixed range is every crossbar layer's") {
  Problem problem;
  problem.hardware.input_range = {InputRangeMode::fixed, 1.75};
  problem.calibrate();
  for (const int node : {1, 4, 8}) CHECK(problem.parameters[static_cast<size_t>(node)].input_range == 1.75f);
  CHECK(problem.parameters[2].input_range == 0);
}

TEST_CASE("a learned range starts at the percentile and is then left alone") {
  Problem percentile, learned;
  percentile.calibrate();
  learned.hardware.input_range.mode = InputRangeMode::learned;
  learned.parameters[4].input_range = 7;
  learned.calibrate();
  CHECK(learned.parameters[1].input_range == percentile.parameters[1].input_range);
  CHECK(learned.parameters[4].input_range == 7);
}
