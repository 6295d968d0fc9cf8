// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/tiki_taka.hpp"

#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

HardwareConfig asymmetric() {
  auto hardware = exact_chip();
  hardware.device = "soft_bounds";
  hardware.device_parameters.soft_bounds = {
      .states = 1200, .imbalance = 0.3, .step_spread = 0.3, .step_noise = 0.3};
  return hardware;
}

}  // namespace

TEST_CASE("Weights move only through the fast array and its buffer") {
  auto config = on_chip_training("tiki_taka");
  config.on_chip.transfer_rate = 0;
  ToySteps chip(toy_network(3), config, asymmetric());
  const auto before = chip.store().parameters()[1].weight;
  for (int i = 0; i < 5; ++i) chip.run(0.1);
  CHECK(chip.store().parameters()[1].weight == before);
}

TEST_CASE("Repeating a mini-batch lowers its loss on asymmetric devices") {
  auto config = on_chip_training("tiki_taka");
  config.on_chip.transfer_rate = 1;
  ToySteps chip(toy_network(3), config, asymmetric());
  const double first = chip.run(0.1);
  for (int i = 0; i < 100; ++i) chip.run(0.1);
  CHECK(chip.run(0.1) < 0.5 * first);
}

TEST_CASE("Pulses of the fast array count as writes") {
  auto config = on_chip_training("tiki_taka");
  config.on_chip.transfer_rate = 0;
  config.on_chip.symmetry_pulses = 2;
  ToySteps chip(toy_network(3), config, asymmetric());
  const double before = chip.store().chip()->writes.pulses_per_device.mean;
  CHECK(before == Approx(1));  // two pulses on half of the devices
  chip.run(0.1);
  CHECK(chip.store().chip()->writes.pulses_per_device.mean > before);
}
