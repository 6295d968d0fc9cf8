// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/mixed_precision.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

/// Largest |w + chi - (w_0 - sum of rate g)| over a dense layer (rows in one order) after 30 steps.
double drift_of_sum(const OnChipConfig& on_chip, const HardwareConfig& hardware) {
  auto config = on_chip_training("mixed_precision");
  config.on_chip = on_chip;
  const auto architecture = toy_network(3);
  ToySteps chip(architecture, config, hardware);
  const size_t node = architecture.nodes().size() - 2;
  const FloatBuffer start = chip.store().parameters()[node].weight;
  std::vector<double> expected(start.begin(), start.end());
  for (int i = 0; i < 30; ++i) {
    chip.run(0.2);
    const auto& gradient = chip.store().gradients()[node].weight;
    for (size_t w = 0; w < expected.size(); ++w) expected[w] -= 0.2 * gradient[w];
  }
  const auto& weights = chip.store().parameters()[node].weight;
  const auto sums = chip.state().at("chip." + std::to_string(node) + ".accumulator").values;
  double most = 0, moved = 0;
  for (size_t w = 0; w < expected.size(); ++w) {
    most = std::max(most, std::abs(weights[w] + sums[w] - expected[w]));
    moved = std::max(moved, double{std::abs(weights[w] - start[w])});
  }
  REQUIRE(moved > 0.1);  // something was written
  return most;
}

}  // namespace

TEST_CASE("Weight and accumulator together are what gradient descent gives") {
  CHECK(drift_of_sum({}, exact_chip(100)) < 5e-5);  // float sums of 20 µS
}

TEST_CASE("Verified writes keep that sum on devices that miss their steps, blind ones do not") {
  auto hardware = exact_chip();
  hardware.device = "soft_bounds";
  hardware.device_parameters.soft_bounds.states = 100;
  OnChipConfig on_chip;
  CHECK(drift_of_sum(on_chip, hardware) > 0.02);
  on_chip.verify_writes = true;
  CHECK(drift_of_sum(on_chip, hardware) < 5e-5);  // float sums of 20 µS
}

TEST_CASE("Accumulators write less often than pulses of every vector") {
  const auto events = [](const char* regime) {
    ToySteps chip(toy_network(3), on_chip_training(regime), exact_chip(100));
    for (int i = 0; i < 20; ++i) chip.run(0.1);
    return chip.store().chip()->writes.events_per_weight_sample;
  };
  CHECK(8 * events("mixed_precision") < events("pulsed"));
}

TEST_CASE("A training that has gone astray asks a device for no more than its range") {
  ToySteps chip(toy_network(3), on_chip_training("mixed_precision"), exact_chip(100));
  for (int i = 0; i < 3; ++i) chip.run(1e6);
  const auto writes = chip.store().chip()->writes;
  CHECK(writes.pulses_per_device.max >= 50);
  CHECK(writes.pulses_per_device.max <= 3 * 100);
}

TEST_CASE("Few bits lose what is below their resolution") {
  const auto moved = [](int bits) {
    auto config = on_chip_training("mixed_precision");
    config.on_chip.accumulator_bits = bits;
    ToySteps chip(toy_network(3), config, exact_chip(20));
    for (int i = 0; i < 40; ++i) chip.run(0.1);
    return chip.store().chip()->writes.events_per_device.mean;
  };
  CHECK(moved(2) < 0.5 * moved(0));
  CHECK(moved(16) == Approx(moved(0)).epsilon(0.1));
}

TEST_CASE("Accumulators that cannot reach their threshold are refused") {
  CHECK_NOTHROW(check_accumulators({}));
  CHECK_THROWS_WITH(check_accumulators({.accumulator_bits = 4, .accumulator_range = 100}),
                    ContainsSubstring("resolution of 12.5"));
  CHECK_THROWS_WITH(check_accumulators({.write_threshold = 5, .accumulator_bits = 8}),
                    ContainsSubstring("accumulator_range"));
}
