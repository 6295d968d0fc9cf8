// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/tangent_gate.hpp"

#include "core/nn/graph/builtin_architectures.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("Power iteration finds the largest eigenvalue") {
  CHECK(largest_eigenvalue({2, 1, 1, 2}, 2) == Approx(3));
  CHECK(largest_eigenvalue({5, 0, 0, 0, 1, 0, 0, 0, 0}, 3) == Approx(5));
  CHECK(largest_eigenvalue({0, 0, 0, 0}, 2) == 0);
}

TEST_CASE("A layer whose tangent kernel has shrunk is left alone, and all are open at first") {
  const auto architecture = make_builtin("mlp:16", {8, 8, 1}, 3);
  const CompiledCandidate candidate(architecture, {});
  const auto initial = initial_parameters(architecture, RandomKey(1));
  TrainingConfig config;
  const TangentGate gate(candidate, initial, toy_samples(40, 3, 0.3, 5), config, RandomKey(2));
  for (const char open : gate.open(initial)) CHECK(open == 1);
  auto shrunk = initial;  // small output weights pass little back to the first layer; its own kernel shrinks
  const size_t last = architecture.nodes().size() - 2;
  for (float& w : shrunk[last].weight) w *= 0.1f;
  const auto before = gate.eigenvalues(initial), after = gate.eigenvalues(shrunk);
  CHECK(after[1] == Approx(0.01 * before[1]).epsilon(1e-3));
  CHECK(after[last] == Approx(before[last]).epsilon(1e-3));
  const auto open = gate.open(shrunk);
  CHECK(open[1] == 0);
  CHECK(open[last] == 1);
}

TEST_CASE("What the gate closes is not written") {
  ToySteps chip(toy_network(3), on_chip_training(GENERATE(as<std::string>(), "pulsed", "mixed_precision")),
                exact_chip());
  std::vector<char> open(10, 1);
  open[1] = 0;
  chip.store().gate(open);
  const auto before = chip.store().parameters();
  for (int i = 0; i < 5; ++i) chip.run(0.5);
  CHECK(chip.store().parameters()[1].weight == before[1].weight);
  CHECK(chip.store().parameters()[4].weight != before[4].weight);
}
