// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/pulsed.hpp"

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("Fine deterministic pulses of every vector are a step of gradient descent") {
  const auto architecture = make_builtin("mlp:16", {8, 8, 1}, 3);
  auto config = on_chip_training("pulsed");
  config.on_chip.pulses = PulseChoice::deterministic;
  config.on_chip.weight_bound = 4;
  const double states = 1e5, step = 2 * 4 / states;
  const auto hardware = exact_chip(states);
  ToySteps chip(architecture, config, hardware);
  const auto before = chip.store().parameters();
  config.regime = "digital";
  config.weight_decay = 0;
  ToySteps plain(architecture, config, hardware);
  plain.store().parameters() = before;
  chip.run(1);
  plain.run(1, TrainingPhase::digital);
  const auto &moved = chip.store().parameters(), &expected = plain.store().parameters();
  double most = 0;
  for (size_t node = 0; node < moved.size(); ++node) {
    // Four images, each rounded to half a pulse; 1 % for steps of 0.2 nS in float sums of 20 µS.
    for (size_t i = 0; i < moved[node].weight.size(); ++i) {
      const double change = std::abs(expected[node].weight[i] - before[node].weight[i]);
      most = std::max(most, change);
      REQUIRE(moved[node].weight[i] ==
              Approx(expected[node].weight[i]).margin(4 * step / 2 + 0.01 * change).epsilon(0));
    }
    for (size_t i = 0; i < moved[node].bias.size(); ++i)
      REQUIRE(moved[node].bias[i] == Approx(expected[node].bias[i]).margin(1e-4));
  }
  CHECK(most > 100 * step);
}

TEST_CASE("Repeating a mini-batch in pulses lowers its loss") {
  ToySteps chip(toy_network(3), on_chip_training("pulsed"), exact_chip());
  const double first = chip.run(0.1);
  for (int i = 0; i < 30; ++i) chip.run(0.1);
  CHECK(chip.run(0.1) < 0.5 * first);
}

TEST_CASE("Products of a batch of 1 read what the vector before has written") {
  ToySteps chip(make_builtin("mlp:16", {8, 8, 1}, 3), on_chip_training("pulsed"), exact_chip());
  const double first = chip.run(0.5);
  CHECK(chip.run(0) != first);        // the step before has written
  CHECK(chip.run(0) == chip.run(0));  // nothing writes at rate 0, and nothing is drawn
}

TEST_CASE("What pulses cannot do is refused before anything is trained") {
  auto hardware = exact_chip();
  const auto config = on_chip_training("pulsed");
  hardware.device = "pcm";
  CHECK_THROWS_WITH(PulsedStore::regime().check(config, hardware),
                    ContainsSubstring("constant_step") && ContainsSubstring("pulsed"));
  hardware = exact_chip();
  hardware.input_range.mode = InputRangeMode::learned;
  CHECK_THROWS_AS(PulsedStore::regime().check(config, hardware), ConfigError);
  auto narrow = config;
  narrow.on_chip.weight_bound = 0.01;
  const CompiledCandidate candidate(toy_network(3), exact_chip());
  CHECK_THROWS_WITH(
      TrainingStep(candidate, narrow, std::make_unique<SoftmaxCrossEntropy>(0), 4, RandomKey(1)),
      ContainsSubstring("training.weight_bound") && ContainsSubstring("conv1"));
}
