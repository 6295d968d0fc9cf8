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
  hardware.cell.kind = "pairs";
  CHECK_NOTHROW(check(config, hardware));
  config.on_chip.accumulator_bits = 0;
  CHECK_THROWS_WITH(check(config, hardware), ContainsSubstring("accumulator_bits"));
}

TEST_CASE("Pairs that fill up are brought down and go on learning") {
  auto hardware = exact_chip(16);
  hardware.cell.kind = "pairs";
  auto config = on_chip_training("hybrid");
  config.on_chip.accumulator_bits = 8;
  config.on_chip.refresh_level = 0.6;
  ToySteps chip(toy_network(3), config, hardware);
  const double first = chip.run(0.2);
  for (int i = 0; i < 60; ++i) chip.run(0.2);
  CHECK(chip.run(0.2) < 0.5 * first);
  const auto trained = chip.store().chip();
  for (const auto& matrix : trained->matrices) {
    if (!matrix) continue;
    for (size_t i = 0; i < matrix->written_us(0).size();
         ++i)  // one of two nearly empty, or neither nearly full
      REQUIRE((std::min(matrix->written_us(0)[i], matrix->written_us(1)[i]) < 10 + 2 * 20 / 16.0 ||
               std::max(matrix->written_us(0)[i], matrix->written_us(1)[i]) <= 10 + 0.6 * 20 + 20 / 16.0));
  }
}
