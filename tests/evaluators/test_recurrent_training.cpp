// SPDX-License-Identifier: Apache-2.0
// Recurrent layers through the regimes, calibration and scoring (evaluators/training, core/nn/operators).
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "core/nn/graph/layer_stack.hpp"
#include "evaluators/training/calibration.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/stores/on_chip.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/on_chip_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int steps = 10;

/// Which of three channels was high in the first step, behind noise in all others: nothing but memory tells.
Samples remembered(int count, std::uint64_t seed) {
  Samples samples{steps, 1, 3, {}, {}};
  Random random(RandomKey(seed).with("sequences"));
  for (int i = 0; i < count; ++i) {
    samples.labels.push_back(i % 3);
    for (int t = 0; t < steps; ++t)
      for (int c = 0; c < 3; ++c)
        samples.images.push_back(t == 0 ? (c == i % 3 ? 1.5f : -0.5f)
                                        : static_cast<float>(0.3 * random.normal()));
  }
  return samples;
}

Architecture recurrent(Recurrent::Kind kind, int units = 12) {
  return {"recurrent",
          {steps, 1, 3},
          {{"it", Recurrent{kind, units}, {"input"}},
           {"last", Last{}, {"it"}},
           {"dense", Dense{3}, {"last"}},
           {"loss", Output{}, {"dense"}}}};
}

TrainingConfig quick(const std::string& regime) {
  TrainingConfig config;
  config.regime = regime;
  config.optimizer = OptimizerKind::adam;
  config.learning_rate = 0.02;
  config.weight_decay = 0;
  config.batch_size = 16;
  config.epochs = 25;
  config.clip_gradient = 1;
  return config;
}

HardwareConfig pcm() {
  HardwareConfig hardware;
  hardware.crossbar_rows = 8;  // two or more row splits
  resolve_g_max(hardware);
  return hardware;
}

/// A convolution makes a sequence of eight rows of the toy images.
Architecture toy_sequence(Recurrent::Kind kind) {
  return {"toy sequence",
          {8, 8, 1},
          {{"rows", over_time(6, 1, 8, 1), {"input"}},
           {"it", Recurrent{kind, 5}, {"rows"}},
           {"mean", GlobalAveragePool{}, {"it"}},
           {"dense", Dense{3}, {"mean"}},
           {"loss", Output{}, {"dense"}}}};
}

}  // namespace

TEST_CASE("recurrent layers learn what only memory tells, digital and under the hardware's noise") {
  const auto samples = remembered(96, 1);
  for (const auto kind : {Recurrent::Kind::lstm, Recurrent::Kind::gru})
    for (const char* regime : {"digital", "hardware_aware", "pim_qat"}) {
      INFO(regime);
      const CompiledCandidate candidate(recurrent(kind), pcm());
      const auto result = train(candidate, {samples, quick(regime)}, RandomKey(3));
      REQUIRE_FALSE(result.failed);
      CHECK(result.final_loss < 0.25);  // log(3) = 1.10 without memory
      CHECK(result.parameters[1].input_range > 0);
    }
}

TEST_CASE("a recurrent training has the same bits for any number of threads") {
  const auto samples = remembered(80, 2);
  auto config = quick("hardware_aware");
  config.epochs = 2;
  config.digital_fraction = 0;
  config.batch_size = 80;  // two parts
  const CompiledCandidate candidate(recurrent(Recurrent::Kind::lstm), pcm());
  set_thread_count(1);
  const auto alone = train(candidate, {samples, config}, RandomKey(4));
  set_thread_count(4);
  const auto together = train(candidate, {samples, config}, RandomKey(4));
  set_thread_count(0);
  CHECK(alone.final_loss == together.final_loss);
  CHECK(alone.parameters[1].weight == together.parameters[1].weight);
}

TEST_CASE("calibration sees the states beside the inputs") {
  const auto samples = remembered(30, 3);
  const auto network = recurrent(Recurrent::Kind::rnn, 4);
  const CompiledCandidate candidate(network, pcm());
  auto parameters = initial_parameters(network, RandomKey(5));
  const auto inputs = record_layer_inputs(candidate, parameters, samples, 6);
  const auto& vectors = inputs.values[1];
  REQUIRE(vectors.size() >= static_cast<size_t>(6 * steps * 7));
  for (size_t i = 0; i < 6; ++i) {
    double state[4] = {};
    for (size_t t = 0; t < steps; ++t) {
      const float* vector = vectors.data() + (i * steps + t) * 7;
      for (size_t u = 0; u < 4; ++u) CHECK(vector[3 + u] == Approx(state[u]).margin(1e-5));
      double next[4] = {};
      for (size_t u = 0; u < 4; ++u) {
        for (size_t r = 0; r < 7; ++r) next[u] += double{vector[r]} * parameters[1].weight[r * 4 + u];
        state[u] = std::tanh(next[u]);
      }
    }
  }
}

TEST_CASE("fine deterministic pulses of every step's vector are a step of gradient descent through time") {
  for (const auto kind : {Recurrent::Kind::lstm, Recurrent::Kind::rnn}) {
    const auto architecture = toy_sequence(kind);
    auto config = on_chip_training("pulsed");
    config.on_chip.pulses = PulseChoice::deterministic;
    config.on_chip.weight_bound = 4;
    const double states = 1e5, step = 2 * 4 / states;
    ToySteps chip(architecture, config, exact_chip(states));
    const auto before = chip.store().parameters();
    config.regime = "digital";
    config.weight_decay = 0;
    ToySteps plain(architecture, config, exact_chip(states));
    plain.store().parameters() = before;
    chip.run(1);
    plain.run(1, TrainingPhase::digital);
    const auto &moved = chip.store().parameters()[2].weight, &expected = plain.store().parameters()[2].weight;
    double most = 0;
    for (size_t i = 0; i < moved.size(); ++i) {
      const double change = std::abs(expected[i] - before[2].weight[i]);
      most = std::max(most, change);
      // Four images of eight steps, each rounded to half a pulse.
      CHECK(moved[i] == Approx(expected[i]).margin(32 * step / 2 + 0.01 * change).epsilon(0));
    }
    CHECK(most > 40 * step);
  }
}

TEST_CASE("pulses in the array and mixed precision lower the loss of a repeated mini-batch") {
  for (const char* regime : {"pulsed", "mixed_precision", "tiki_taka"}) {
    INFO(regime);
    ToySteps chip(toy_sequence(Recurrent::Kind::lstm), on_chip_training(regime), exact_chip());
    const double first = chip.run(0.2);
    for (int i = 0; i < 60; ++i) chip.run(0.2);
    CHECK(chip.run(0.2) < 0.8 * first);
  }
}

TEST_CASE("what a regime cannot do with recurrent layers is refused before anything is trained") {
  CHECK_THROWS_WITH(
      ToySteps(toy_sequence(Recurrent::Kind::gru), on_chip_training("pulsed"), exact_chip()),
      ContainsSubstring("training.regime = pulsed: expected layers whose devices all hold weights, "
                        "got gru 'it'"));
  auto clipped = on_chip_training("pulsed");
  clipped.clip_gradient = 1;
  CHECK_THROWS_WITH(ToySteps(toy_sequence(Recurrent::Kind::lstm), clipped, exact_chip()),
                    ContainsSubstring("training.clip_gradient has no effect with training.regime = pulsed"));
  ToySteps mixed(toy_sequence(Recurrent::Kind::gru), on_chip_training("mixed_precision"), exact_chip());
  const FloatBuffer before = mixed.store().parameters()[2].weight;
  for (int i = 0; i < 5; ++i) mixed.run(0.5);
  const FloatBuffer& after = mixed.store().parameters()[2].weight;
  int moved = 0;
  for (size_t k = 0; k < before.size(); ++k) {  // six inputs, five units of four columns
    const size_t row = k / 20, block = k % 4;
    const bool blank = (row < 6 && block == 3) || (row >= 6 && block == 2);
    if (blank) CHECK(std::abs(before[k]) < 0.01);  // as devices are programmed
    if (blank) CHECK(after[k] == before[k]);
    moved += after[k] != before[k];
  }
  CHECK(moved > 50);
}

TEST_CASE("gradients are clipped together") {
  auto config = on_chip_training("digital");
  config.weight_decay = 0;
  ToySteps plain(toy_network(3), config, exact_chip());
  config.clip_gradient = 1e-3;
  ToySteps clipped(toy_network(3), config, exact_chip());
  const auto before = clipped.store().parameters();
  plain.run(1, TrainingPhase::digital);
  clipped.run(1, TrainingPhase::digital);
  double moved = 0;
  for (size_t n = 0; n < before.size(); ++n)
    for (auto member :
         {&LayerParameters::weight, &LayerParameters::bias, &LayerParameters::gamma, &LayerParameters::beta})
      for (size_t i = 0; i < (before[n].*member).size(); ++i)
        moved += std::pow(double{(clipped.store().parameters()[n].*member)[i]} - (before[n].*member)[i], 2);
  CHECK(std::sqrt(moved) == Approx(1e-3).epsilon(0.01));
  // Of the same direction: the largest change is the same share of the plain one's.
  const auto &w = before[1].weight, &a = plain.store().parameters()[1].weight,
             &b = clipped.store().parameters()[1].weight;
  const double ratio = (double{b[0]} - w[0]) / (double{a[0]} - w[0]);
  for (size_t i = 1; i < 20; ++i)
    CHECK(double{b[i]} - w[i] == Approx(ratio * (double{a[i]} - w[i])).epsilon(0.02).margin(1e-7));
}
