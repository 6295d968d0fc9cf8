// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/zero_shift.hpp"

#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

HardwareConfig imbalanced() {
  auto hardware = exact_chip();
  hardware.device = "soft_bounds";
  hardware.device_parameters.soft_bounds = {.states = 200, .imbalance = 0.5};
  return hardware;
}

}  // namespace

TEST_CASE("The zero of a weight is its device's symmetry point, and initial weights are kept") {
  auto config = on_chip_training("zero_shift");
  config.on_chip.symmetry_pulses = 2000;
  ToySteps chip(toy_network(3), config, imbalanced());
  config.regime = "pulsed";
  ToySteps plain(toy_network(3), config, imbalanced());
  const auto shifted = chip.store().chip();
  for (size_t node = 0; node < shifted->matrices.size(); ++node) {
    if (!shifted->matrices[node]) continue;
    // Of equal bounds at +-10 µS around 20 µS and steps 1 +- 0.5: 20 + 0.5 * 10.
    for (const float us : shifted->matrices[node]->reference_us(0)) REQUIRE(us == Approx(25).margin(0.2));
    const auto &own = chip.store().parameters()[node].weight,
               &other = plain.store().parameters()[node].weight;
    const float step = shifted->matrices[node]->pulse_weights()[0];
    for (size_t i = 0; i < own.size(); ++i) REQUIRE(own[i] == Approx(other[i]).margin(1.1 * step));
  }
}

TEST_CASE("Pulses that cancel pull weights to zero instead of to the symmetry point") {
  const auto pulled = [](const char* regime) {
    auto config = on_chip_training(regime);
    ToySteps chip(toy_network(3), config, imbalanced());
    auto matrix = CrossbarMatrix(*chip.store().chip()->matrices[1]);
    std::vector<DevicePulses> up, down;
    for (std::uint32_t i = 0; i < 100; ++i) up.push_back({i, 1}), down.push_back({i, -1});
    for (int i = 0; i < 1000; ++i) matrix.move(up, RandomKey(1)), matrix.move(down, RandomKey(2));
    double mean = 0;
    for (int i = 0; i < 100; ++i) mean += matrix.weights()[static_cast<size_t>(i)] / 100;
    return mean / matrix.targets().scales[0];
  };
  CHECK(pulled("zero_shift") == Approx(0).margin(0.02));
  CHECK(pulled("pulsed") == Approx(0.5).margin(0.02));
}
