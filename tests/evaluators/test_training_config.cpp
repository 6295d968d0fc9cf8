// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/training_config.hpp"

#include <string>

#include "core/base/error.hpp"
#include "core/nn/kernels/bfloat16.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("auto is bfloat16 where the processor has it and weights are numbers, and stays what it was") {
  TrainingConfig config;
  CHECK(arithmetic_of(config) == Arithmetic::float32);
  config.arithmetic = TrainingArithmetic::automatic;
  CHECK((arithmetic_of(config) == Arithmetic::bfloat16) == has_bfloat16());
  resolve_arithmetic(config);
  CHECK((config.arithmetic == TrainingArithmetic::bfloat16) == has_bfloat16());
  config.arithmetic = TrainingArithmetic::automatic;
  config.regime = "pulsed";
  resolve_arithmetic(config);
  CHECK(config.arithmetic == TrainingArithmetic::float32);
}

TEST_CASE("bfloat16 is refused where weights live on devices") {
  TrainingConfig config;
  config.arithmetic = TrainingArithmetic::bfloat16;
  for (const std::string regime : {"digital", "hardware_aware", "pim_qat"}) {
    config.regime = regime;
    check_arithmetic(config);
  }
  for (const std::string regime : {"pulsed", "mixed_precision", "tiki_taka"}) {
    config.regime = regime;
    CHECK_THROWS_WITH(
        check_arithmetic(config),
        ContainsSubstring("training.arithmetic: expected float32 or auto") && ContainsSubstring(regime));
  }
}
