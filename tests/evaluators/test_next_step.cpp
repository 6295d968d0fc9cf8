// SPDX-License-Identifier: Apache-2.0
// Tasks of next steps through training and scoring (core/data/dataset, evaluators/training,
// evaluators/scoring).
#include <cmath>

#include "core/base/parallel.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "evaluators/scoring/prediction.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/training/calibration.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int steps = 11;

/// Windows of "abcabd...", one after the other: what follows a b is known only from what followed the b
/// before.
Samples alternating(int count) {
  const int period[] = {0, 1, 2, 0, 1, 3};
  Samples samples{steps, 1, 1, {}, std::vector<int>(static_cast<size_t>(count))};
  for (int i = 0; i < count; ++i)
    for (int t = 0; t < steps; ++t) {
      samples.images.push_back(static_cast<float>(period[(steps * i + t) % 6]));
      samples.targets.push_back(period[(steps * i + t + 1) % 6]);
    }
  return samples;
}

Architecture small(double dropped = 0) {
  return {
      "small",
      {steps, 1, 1},
      {{"characters", OneHot{4}, {"input"}},
       {"lstm", Recurrent{Recurrent::Kind::lstm, 8}, {"characters"}},
       {"drop", Dropout{dropped}, {"lstm"}},
       {"logits", Conv2d{.out_channels = 4, .kernel_height = 1, .kernel_width = 1, .bias = true}, {"drop"}},
       {"loss", Output{}, {"logits"}}}};
}

TrainingConfig quick(const std::string& regime) {
  TrainingConfig config;
  config.regime = regime;
  config.optimizer = OptimizerKind::adam;
  config.learning_rate = 0.03;
  config.weight_decay = 0;
  config.batch_size = 8;
  config.epochs = 40;
  return config;
}

TrainingTask task_of(const Samples& samples, const TrainingConfig& config) {
  return {samples, config, Augmentation::none, Target::next_step};
}

const Metric& bits() { return metric_of("bits_per_character"); }

}  // namespace

TEST_CASE("a loss at every step teaches what only memory tells, and is what the metric says") {
  const auto samples = alternating(48);
  const auto config = quick("digital");
  const CompiledCandidate candidate(small(), {});
  const auto result = train(candidate, task_of(samples, config), RandomKey(1));
  REQUIRE_FALSE(result.failed);
  // Without memory a bit is missing in every third step; the first b of a window shows nothing even with it.
  const double found = digital_value(candidate, result.parameters, {samples, bits()});
  CHECK(found < 0.2);
  CHECK(result.final_loss == Approx(found * std::log(2.0)).epsilon(0.05));
  CHECK(digital_value(candidate, result.parameters, {samples, metric_of("perplexity")}) ==
        Approx(std::exp2(found)));
  const auto logits = predict(candidate, result.parameters, samples, std::nullopt, RandomKey(0));
  CHECK(logits.size() == 48u * steps * 4);
  CHECK(bits().value(logits, samples) == Approx(found));
}

TEST_CASE("a score in bits gets worse upwards: noise and drift add to it") {
  const auto samples = alternating(24);
  const auto config = quick("hardware_aware");
  HardwareConfig hardware;
  hardware.drift_compensation = CompensationMode::none;
  resolve_g_max(hardware);
  const CompiledCandidate candidate(small(), hardware);
  const auto trained = train(candidate, task_of(samples, config), RandomKey(2));
  ScoringConfig scoring;
  scoring.programmings = 6;
  const auto found = score(candidate, trained.parameters, {samples, bits()}, scoring, RandomKey(3));
  CHECK(found.metric == "bits_per_character");
  CHECK(found.at(one_second_s).mean > found.digital);
  CHECK(found.at(one_month_s).mean > found.at(one_second_s).mean);
  CHECK(found.avm == Approx(found.at(one_month_s).mean - found.at(one_second_s).mean));  // in bits
  CHECK(found.chance == Approx(bits().chance(samples).value));
}

TEST_CASE("training on steps, some dropped, has the same bits for any number of threads and parts") {
  const auto samples = alternating(80);
  auto config = quick("hardware_aware");
  config.epochs = 3;
  config.digital_fraction = 0;
  config.batch_size = 80;  // two parts
  HardwareConfig hardware;
  resolve_g_max(hardware);
  const CompiledCandidate candidate(small(0.3), hardware);
  set_thread_count(1);
  const auto alone = train(candidate, task_of(samples, config), RandomKey(4));
  set_thread_count(4);
  const auto together = train(candidate, task_of(samples, config), RandomKey(4));
  set_thread_count(0);
  CHECK(alone.final_loss == together.final_loss);
  CHECK(alone.parameters[2].weight == together.parameters[2].weight);
  const auto half = train(candidate, task_of(samples, config), RandomKey(4), {}, {.until = 2});
  REQUIRE(half.checkpoint);
  const auto rest = train(candidate, task_of(samples, config), RandomKey(4), {}, {.from = &*half.checkpoint});
  CHECK(rest.final_loss == alone.final_loss);
  CHECK(rest.parameters[2].weight == alone.parameters[2].weight);
  CHECK(rest.parameters[4].bias == alone.parameters[4].bias);
}

TEST_CASE("pulses in the array and mixed precision learn from a loss at every step") {
  const auto samples = alternating(24);
  for (const char* regime : {"pulsed", "mixed_precision"}) {
    INFO(regime);
    auto config = on_chip_training(regime);
    config.batch_size = 1;
    config.epochs = 12;
    config.learning_rate = 0.3;
    const CompiledCandidate candidate(small(), exact_chip());
    const auto result = train(candidate, task_of(samples, config), RandomKey(5));
    REQUIRE_FALSE(result.failed);
    CHECK(result.final_loss < 0.75);  // log(4) = 1.39, by frequencies 1.33
  }
}

TEST_CASE("states that are carried on tell at a window's begin what only the window before it can") {
  const auto samples = alternating(96);
  auto config = quick("digital");
  config.epochs = 60;
  const CompiledCandidate candidate(small(), {});
  // Four of six windows begin with an a or a b whose past nothing but the window before tells: 4 / 6 bits in
  // 11 steps.
  const double least = 4.0 / 6 / steps * std::log(2.0);
  CHECK(train(candidate, task_of(samples, config), RandomKey(6)).final_loss > least);
  config.carry_state = true;
  const auto carried = train(candidate, task_of(samples, config), RandomKey(6));
  CHECK(carried.final_loss < 0.8 * least);
  const auto half = train(candidate, task_of(samples, config), RandomKey(6), {}, {.until = 59});
  REQUIRE(half.checkpoint);
  const auto rest = train(candidate, task_of(samples, config), RandomKey(6), {}, {.from = &*half.checkpoint});
  CHECK(rest.final_loss == carried.final_loss);
  CHECK(rest.parameters[2].weight == carried.parameters[2].weight);
  CHECK_THROWS_WITH(check_loss(Target::classes, config),
                    ContainsSubstring("training.carry_state: expected false with task.target = \"class\""));
}

TEST_CASE("what a loss at every step leaves without effect is refused") {
  auto config = quick("digital");
  config.update_gate = UpdateGate::mntk;
  CHECK_THROWS_WITH(
      check_loss(Target::next_step, config),
      ContainsSubstring("training.update_gate: expected \"none\" with task.target = \"next_step\""));
  config = quick("digital");
  config.class_weights = ClassWeights::balanced;
  CHECK_THROWS_WITH(check_loss(Target::next_step, config), ContainsSubstring("training.class_weights"));
  config = quick("digital");
  config.label_smoothing = 0.1;
  check_loss(Target::next_step, config);
}
