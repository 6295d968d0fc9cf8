// SPDX-License-Identifier: Apache-2.0
#include "evaluators/scoring/scoring.hpp"

#include <cmath>

#include "core/base/parallel.hpp"
#include "evaluators/training/training.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

TrainingConfig quick_training(const std::string& regime) {
  TrainingConfig config;
  config.regime = regime;
  config.epochs = 8;
  config.batch_size = 32;
  return config;
}

}  // namespace

TEST_CASE(
    "training learns the toy task in both regimes, and hardware-aware training survives the chip better") {
  const auto architecture = toy_network(10);
  const auto train_samples = toy_samples(1000, 10, 1.5, 1), test_samples = toy_samples(500, 10, 1.5, 2);
  HardwareConfig hardware;
  ScoringConfig scoring;
  scoring.programmings = 10;
  Score digital, aware;
  for (auto* result : {&digital, &aware}) {
    const auto config = quick_training(result == &digital ? "digital" : "hardware_aware");
    const auto trained = train({architecture, hardware}, {train_samples, config}, RandomKey(1));
    REQUIRE_FALSE(trained.failed);
    CHECK(trained.epochs_done == 8);
    *result = score({architecture, hardware}, trained.parameters, test_samples, scoring, RandomKey(2));
    CHECK(result->digital > 0.85);
    CHECK(result->drift.size() == 5);
    CHECK(result->avm == Approx(100 * (result->at(1).mean - result->at(2592000).mean)));
    CHECK(result->at(86400).interval95[0] <= result->at(86400).mean);
  }
  CHECK(aware.at(2592000).mean > digital.at(2592000).mean);
}

TEST_CASE("training and scoring give the same bits for one thread and for two") {
  const auto architecture = toy_network(4);
  const auto samples = toy_samples(200, 4, 1.0, 1);
  auto config = quick_training("hardware_aware");
  config.epochs = 2;
  config.arithmetic = GENERATE(TrainingArithmetic::float32, TrainingArithmetic::bfloat16);
  ScoringConfig scoring;
  scoring.programmings = 3;
  TrainingResult trained[2];
  Score scores[2];
  for (int i = 0; i < 2; ++i) {
    set_thread_count(i + 1);
    trained[i] = train({architecture, {}}, {samples, config, Augmentation::crop}, RandomKey(1));
    scores[i] = score({architecture, {}}, trained[i].parameters, samples, scoring, RandomKey(2));
  }
  for (size_t node = 0; node < trained[0].parameters.size(); ++node)
    CHECK(trained[0].parameters[node].weight == trained[1].parameters[node].weight);
  for (size_t t = 0; t < 5; ++t) {
    CHECK(scores[0].drift[t].mean == scores[1].drift[t].mean);
    CHECK(scores[0].drift[t].standard_deviation == scores[1].drift[t].standard_deviation);
  }
}

TEST_CASE("an ideal chip scores the digital accuracy at all times") {
  const auto architecture = toy_network(4);
  const auto samples = toy_samples(200, 4, 1.0, 1);
  auto config = quick_training("digital");
  config.epochs = 3;
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.dac_bits = hardware.adc_bits = 0;
  hardware.output_noise = 0;
  const auto trained = train({architecture, hardware}, {samples, config}, RandomKey(1));
  ScoringConfig scoring;
  scoring.programmings = 2;
  const auto result = score({architecture, hardware}, trained.parameters, samples, scoring, RandomKey(2));
  for (const auto& point : result.drift) {
    CHECK(point.mean == result.digital);
    CHECK(point.standard_deviation == 0);
  }
}

TEST_CASE("layers kept digital train without noise or ranges, and the chip leaves them alone") {
  const auto architecture = toy_network(4);
  const auto samples = toy_samples(200, 4, 1.0, 1);
  HardwareConfig hardware;
  hardware.output_noise = 2;  // ruins whatever lies on crossbars
  const auto at_a_day = [&](const std::vector<std::string>& digital) {
    hardware.digital_layers = digital;
    const CompiledCandidate candidate(architecture, hardware);
    auto config = quick_training("hardware_aware");
    config.epochs = 3;
    const auto trained = train(candidate, {samples, config}, RandomKey(1));
    for (size_t node = 0; node < trained.parameters.size(); ++node) {
      const auto& here = candidate.architecture().nodes()[node];
      CHECK((trained.parameters[node].input_range > 0) == (here.on_chip.place == OnChip::Place::crossbar));
    }
    ScoringConfig scoring;
    scoring.programmings = 2;
    return score(candidate, trained.parameters, samples, scoring, RandomKey(2));
  };
  const auto all = at_a_day({"conv1", "conv2", "dense"});
  for (const auto& point : all.drift) {
    CHECK(point.mean == all.digital);
    CHECK(point.standard_deviation == 0);
  }
  const auto some = at_a_day({"conv1", "conv2"}), none = at_a_day({});
  CHECK(some.at(one_day_s).mean > none.at(one_day_s).mean);
  CHECK(some.at(one_day_s).standard_deviation > 0);
}

TEST_CASE("a diverged training is a failed trial, not an exception") {
  auto config = quick_training("digital");
  config.learning_rate = 100;
  config.warmup_fraction = 0;
  config.momentum = 0.99;
  // Without batch norm nothing holds the activations.
  const Architecture architecture{"plain",
                                  {8, 8, 1},
                                  {{"a", Dense{.out_features = 64}, {"input"}},
                                   {"relu", Relu{}, {"a"}},
                                   {"b", Dense{.out_features = 64}, {"relu"}},
                                   {"relu2", Relu{}, {"b"}},
                                   {"c", Dense{.out_features = 4}, {"relu2"}},
                                   {"loss", Output{}, {"c"}}}};
  const auto result = train({architecture, {}}, {toy_samples(200, 4, 1.0, 1), config}, RandomKey(1));
  CHECK(result.failed);
  CHECK_THAT(result.reason, ContainsSubstring("in epoch"));
}

TEST_CASE("weights that became infinite in the last step are a failed trial too") {
  auto config = quick_training("hardware_aware");
  config.epochs = 1;
  config.batch_size = 200;  // one step: its loss is that of the initial weights
  config.learning_rate = 1e38;
  config.warmup_fraction = config.digital_fraction = 0;
  const auto result = train({toy_network(4), {}}, {toy_samples(200, 4, 1.0, 1), config}, RandomKey(1));
  CHECK(result.failed);
  CHECK_THAT(result.reason, ContainsSubstring("in epoch 1"));
}

TEST_CASE("bfloat16 scores are float32 scores: a two-sample test over programmings") {
  const auto architecture = toy_network(10);
  const auto trained = train({architecture, {}},
                             {toy_samples(1000, 10, 1.5, 1), quick_training("hardware_aware")}, RandomKey(1));
  const auto samples = toy_samples(500, 10, 1.5, 2);
  ScoringConfig scoring;
  scoring.programmings = 40;
  const auto exact = score({architecture, {}}, trained.parameters, samples, scoring, RandomKey(2));
  scoring.arithmetic = Arithmetic::bfloat16;
  const auto rounded = score({architecture, {}}, trained.parameters, samples, scoring, RandomKey(3));
  for (size_t t = 0; t < exact.drift.size(); ++t) {
    // Welch's test with independent programmings: |difference| under 4 standard errors (p = 6e-5 a time).
    const double error = std::sqrt(
        (std::pow(exact.drift[t].standard_deviation, 2) + std::pow(rounded.drift[t].standard_deviation, 2)) /
        scoring.programmings);
    CHECK(std::abs(exact.drift[t].mean - rounded.drift[t].mean) < 4 * error);
  }
}

TEST_CASE("a candidate that needs more memory than allowed is a failed trial") {
  auto config = quick_training("digital");
  config.max_memory_mib = 1;
  const auto result = train({toy_network(4), {}}, {toy_samples(100, 4, 1.0, 1), config}, RandomKey(1));
  CHECK(result.failed);
  CHECK(result.memory_mib > 1);
  CHECK_THAT(result.reason, ContainsSubstring("more than training.max_memory_mib = 1"));
  CHECK(result.epochs_done == 0);
}

TEST_CASE("an epoch callback can stop the training") {
  int calls = 0;
  const auto result = train({toy_network(4), {}}, {toy_samples(100, 4, 1.0, 1), quick_training("digital")},
                            RandomKey(1), [&](int, double) { return ++calls < 3; });
  CHECK(result.failed);
  CHECK(result.epochs_done == 3);
}

TEST_CASE("an autoencoder trained on normal samples tells the others by its error") {
  // Class 0 is normal: an image of its own under noise. The others are other images.
  auto all = toy_samples(400, 4, 0.3, 1), held_out = toy_samples(200, 4, 0.3, 2);
  Samples normal{8, 8, 1, {}, {}};
  for (std::int64_t i = 0; i < all.count(); i += 4) {
    normal.images.insert(normal.images.end(), all.image(i).begin(), all.image(i).end());
    normal.labels.push_back(0);
  }
  for (int& label : held_out.labels) label = label != 0;
  const Architecture network("autoencoder", {8, 8, 1},
                             {{"code", Dense{4}, {"input"}},
                              {"relu", Relu{}, {"code"}},
                              {"out", Dense{64}, {"relu"}},
                              {"end", Output{}, {"out"}}});
  auto config = quick_training("hardware_aware");
  config.epochs = 30;
  config.learning_rate = 0.05;
  const auto trained =
      train({network, {}}, {normal, config, Augmentation::none, Target::reconstruction}, RandomKey(1));
  REQUIRE_FALSE(trained.failed);
  CHECK(trained.final_loss < 0.5);  // the normal image has variance 1, its noise 0.09
  ScoringConfig scoring;
  scoring.programmings = 3;
  const auto result =
      score({network, {}}, trained.parameters, {held_out, metric_of("auc")}, scoring, RandomKey(2));
  CHECK(result.metric == "auc");
  CHECK(result.chance == 0.5);
  CHECK(result.digital > 0.95);
  CHECK(result.at(one_day_s).mean > 0.9);
}

TEST_CASE("a regression learns values, and its AVM is what its error gains over a month") {
  Samples samples{1, 1, 4, {}, {}};
  Random random(RandomKey(3));
  for (int i = 0; i < 400; ++i) {
    double sum = 0;
    for (int c = 0; c < 4; ++c) {
      samples.images.push_back(static_cast<float>(random.normal()));
      sum += samples.images.back() * (c - 1.5);
    }
    samples.labels.push_back(0);
    samples.values.push_back(static_cast<float>(sum / 2.236));  // variance 1
  }
  const Architecture network("line", {1, 1, 4}, {{"out", Dense{1}, {"input"}}, {"end", Output{}, {"out"}}});
  auto config = quick_training("hardware_aware");
  config.epochs = 20;
  config.learning_rate = 0.02;
  const auto trained =
      train({network, {}}, {samples, config, Augmentation::none, Target::value}, RandomKey(1));
  ScoringConfig scoring;
  scoring.programmings = 5;
  const auto result =
      score({network, {}}, trained.parameters, {samples, metric_of("mse")}, scoring, RandomKey(2));
  CHECK(result.digital < 0.05);
  CHECK(result.chance == Approx(1).margin(0.2));
  CHECK(result.at(one_day_s).mean < 0.3);
  CHECK(result.avm == Approx(100 * (result.at(one_month_s).mean - result.at(one_second_s).mean)));
}
