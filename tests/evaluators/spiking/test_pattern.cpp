// SPDX-License-Identifier: Apache-2.0
#include "evaluators/spiking/pattern.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

SpikingConfig small(WriteScheme scheme) {
  SpikingConfig config;
  config.scheme = scheme;
  config.lif.neurons = 30;
  config.inputs = 30;
  config.steps = 300;
  config.epochs = 10;
  return config;
}

const auto to_the_end = [](int, double) { return true; };

}  // namespace

TEST_CASE("A pattern is Poisson inputs and a sum of sinusoids within 1") {
  SpikingConfig config;
  const auto pattern = make_pattern(config, RandomKey(1));
  // 100 inputs of 50 Hz for 1 s: 5,000 spikes, five standard deviations.
  CHECK(static_cast<double>(pattern.inputs.events()) == Approx(5000).margin(5 * std::sqrt(5000)));
  float largest = 0;
  double sum = 0;
  for (const float y : pattern.target) {
    largest = std::max(largest, std::fabs(y));
    sum += y;
  }
  CHECK(largest == 1);
  CHECK(sum / 1000 == Approx(0).margin(1e-5));  // whole periods of 1, 2, 3 and 5 Hz
  CHECK(make_pattern(config, RandomKey(2)).target != pattern.target);
}

TEST_CASE("e-prop learns a pattern with numbers, and with numbers on the grid of pulses") {
  for (const auto scheme : {WriteScheme::floating, WriteScheme::digital_accumulator}) {
    SpikingConfig config;
    config.scheme = scheme;
    const auto result = run_pattern(config, to_the_end);
    INFO(word_of(scheme));
    CHECK(result.normalised_error < 0.4);
    CHECK(result.errors.size() == 250);
    CHECK(result.errors.front() > 2 * result.error);
    CHECK(result.writes.devices == 0);
  }
}

TEST_CASE("Learning rates of zero change nothing") {
  for (const auto scheme : all_values<WriteScheme>()) {
    auto config = small(scheme);
    config.rates = {0, 0, 0};
    config.device_parameters.scales = {.drift_scale = 0, .read_noise_scale = 0};
    const auto result = run_pattern(config, to_the_end);
    INFO(word_of(scheme));
    for (const double error : result.errors) REQUIRE(error == result.error);
    CHECK(result.writes.pulses == 0);
  }
}

TEST_CASE("A run that is ended early has what it did") {
  int calls = 0;
  const auto result = run_pattern(small(WriteScheme::sign), [&](int, double) { return ++calls < 3; });
  CHECK(result.stopped);
  CHECK(result.errors.size() == 3);
  CHECK(result.output.size() == 300);
  const auto whole = run_pattern(small(WriteScheme::sign), to_the_end);
  CHECK(std::equal(result.errors.begin(), result.errors.end(), whole.errors.begin()));
}

TEST_CASE("Potentials that are no numbers end a run") {
  auto config = small(WriteScheme::floating);
  config.rates = {1e30, 1e30, 1e30};
  config.weight_bound = 1e38;
  config.clip_gradient = 0;
  CHECK_THROWS_AS(run_pattern(config, to_the_end), RunError);
}
