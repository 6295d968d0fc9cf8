// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/tiki_taka.hpp"

#include <cmath>

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

TEST_CASE("How often rows are read changes little of how far weights move") {
  const auto moved = [](int transfer_every) {
    auto config = on_chip_training("tiki_taka");
    config.on_chip.transfer_every = transfer_every;
    ToySteps chip(toy_network(3), config, asymmetric());
    const auto before = chip.store().parameters()[1].weight;
    for (int i = 0; i < 40; ++i) chip.run(0.1);
    const auto& after = chip.store().parameters()[1].weight;
    double sum = 0;
    for (std::size_t i = 0; i < before.size(); ++i) sum += std::abs(after[i] - before[i]);
    return sum;
  };
  const double often = moved(1), rarely = moved(4);  // a transfer that forgot the vectors between: a quarter
  CHECK(rarely > 0.5 * often);
  CHECK(rarely < 2 * often);
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
