// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/stores/hybrid.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

TEST_CASE("A hybrid memory needs pairs and an accumulator of bits") {
  auto hardware = exact_chip();
  auto config = on_chip_training("hybrid");
  const auto check = HybridStore::regime().check;
  config.on_chip.accumulator_bits = 7;
  CHECK_THROWS_WITH(check(config, hardware), ContainsSubstring("hardware.mapping"));
  hardware.cell.kind = CellKind::pairs;
  CHECK_NOTHROW(check(config, hardware));
  config.on_chip.accumulator_bits = 0;
  CHECK_THROWS_WITH(check(config, hardware), ContainsSubstring("accumulator_bits"));
}

TEST_CASE("Pairs that fill up are written anew and go on learning") {
  auto hardware = exact_chip(16);
  hardware.cell.kind = CellKind::pairs;
  auto config = on_chip_training("hybrid");
  config.on_chip.accumulator_bits = 8;
  config.on_chip.refresh_every = 4;
  config.on_chip.weight_headroom = 1;  // some devices are full from the start
  ToySteps chip(toy_network(3), config, hardware);
  // Four images are learned with few pulses: steps as coarse as these overshoot, so that weights go to and
  // fro and both devices of a pair fill.
  const double rate = 4, first = chip.run(rate);
  for (int i = 0; i < 60; ++i) chip.run(rate);
  CHECK(chip.run(rate) < 0.5 * first);
  const auto trained = chip.store().chip();
  std::int64_t rewritten = 0;
  for (const auto& matrix : trained->matrices) {
    if (!matrix) continue;
    rewritten += matrix->counters().programmed - 2 * matrix->rows() * matrix->columns();  // but for the first
    for (size_t i = 0; i < matrix->written_us(0).size(); ++i) {
      const float plus_us = matrix->written_us(0)[i], minus_us = matrix->written_us(1)[i];
      REQUIRE(
          (std::max(plus_us, minus_us) <= 10 + 0.75f * 20 || std::min(plus_us, minus_us) <= 10 + 0.25f * 20));
    }
  }
  CHECK(rewritten > 0);
}
