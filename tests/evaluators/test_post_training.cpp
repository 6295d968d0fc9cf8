// SPDX-License-Identifier: Apache-2.0
#include "evaluators/post_training.hpp"

#include <algorithm>
#include <cmath>

#include "core/analog/mapping/conductance_mapping.hpp"
#include "core/base/error.hpp"
#include "core/nn/run/inference_network.hpp"
#include "evaluators/scoring/scoring.hpp"
#include "evaluators/scoring/statistics.hpp"
#include "evaluators/training/layer_inputs.hpp"
#include "evaluators/training/operands.hpp"
#include "evaluators/training/training.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

Architecture one_dense_layer() {
  return {"one",
          {1, 1, 8},
          {{"dense", Dense{.out_features = 3, .bias = false}, {"input"}}, {"loss", Output{}, {"dense"}}}};
}

/// 100 samples of 8 inputs; input i has deviation i + 1.
Samples graded_samples() {
  Samples samples{1, 1, 8, {}, {}};
  Random draw(RandomKey(3));
  for (int i = 0; i < 100; ++i) {
    samples.labels.push_back(i % 3);
    for (int k = 0; k < 8; ++k) samples.images.push_back(static_cast<float>((k + 1) * draw.normal()));
  }
  return samples;
}

constexpr int dense_node = 1;  // node 0 is the input

Parameters trained_parameters(const Samples& samples, const std::string& regime) {
  TrainingConfig training;
  training.epochs = 8;
  training.regime = regime;
  const auto result = train({toy_network(10), {}}, {samples, training}, RandomKey(1));
  REQUIRE_FALSE(result.failed);
  return result.parameters;
}

double score_after_a_day(const Parameters& parameters, const Samples& samples,
                         const ChipCalibration& calibration = {}) {
  ScoringConfig scoring;
  scoring.programmings = 10;
  return score({toy_network(10), {}}, parameters, samples, scoring, RandomKey(2), calibration)
      .at(one_day_s)
      .mean;
}

}  // namespace

TEST_CASE("each row split gets the percentile of the inputs of its own rows") {
  const auto architecture = one_dense_layer();
  const auto samples = graded_samples();
  HardwareConfig hardware;
  hardware.crossbar_rows = 3;  // rows 0-2, 3-5, 6-7
  auto parameters = initial_parameters(architecture, RandomKey(5));
  PostTrainingConfig config;
  config.input_range = true;
  config.input_percentile = 90;
  config.range_samples = 100;
  optimise_ranges({architecture, hardware}, samples, config, parameters);
  const auto& ranges = parameters[dense_node].split_ranges;
  REQUIRE(ranges.size() == 3);
  for (size_t split = 0; split < 3; ++split) {
    std::vector<float> seen;
    for (size_t i = 0; i < samples.images.size(); ++i)
      if (i % 8 / 3 == split) seen.push_back(std::abs(samples.images[i]));
    CHECK(ranges[split] == percentile(seen, 90));
  }
  CHECK(ranges[0] < ranges[1]);
  CHECK(ranges[1] < ranges[2]);
}

TEST_CASE("a product with one range a row split converts each split's inputs with its own range") {
  const auto architecture = one_dense_layer();
  const auto samples = graded_samples();
  HardwareConfig hardware;
  hardware.device = "ideal";
  hardware.drift_compensation = CompensationMode::none;
  hardware.adc_bits = 0;
  hardware.output_noise = 0;
  hardware.dac_bits = 4;
  hardware.crossbar_rows = 3;
  const Network network(architecture, mvm_settings(architecture, hardware));
  auto parameters = initial_parameters(architecture, RandomKey(5));
  parameters[dense_node].input_range = 100;
  parameters[dense_node].split_ranges = {2, 9, 14};
  const auto& weights = parameters[dense_node].weight;
  const MatrixRead exact{{weights.begin(), weights.end()}, std::vector<float>(9, 1.0f)};
  const auto operand =
      read_operand(*network.matrix(dense_node), exact, parameters[dense_node], hardware, false, RandomKey(1));
  FloatBuffer scratch(network.scratch_size()), y(300 + kernel_slack());
  network.matrix(dense_node)
      ->forward({operand, samples.images.data(), 100, scratch.data()}, nullptr, y.data());
  for (size_t i = 0; i < 100; ++i)
    for (size_t c = 0; c < 3; ++c) {
      double wanted = 0;
      for (size_t r = 0; r < 8; ++r) {
        const double range = parameters[dense_node].split_ranges[r / 3];
        const double level = std::clamp(std::nearbyint(samples.images[i * 8 + r] / range * 7), -7.0, 7.0);
        wanted += range * level / 7 * weights[r * 3 + c];
      }
      REQUIRE(y[i * 3 + c] == Approx(wanted).margin(1e-4));
    }
}

TEST_CASE("a column uses the whole conductance range unless its outputs would saturate the ADC") {
  const auto architecture = one_dense_layer();
  const auto samples = graded_samples();
  HardwareConfig hardware;
  hardware.weight_scaling = WeightScaling::tile;
  auto parameters = initial_parameters(architecture, RandomKey(5));
  for (size_t i = 0; i < 24; ++i)
    parameters[dense_node].weight[i] *= i % 3 == 0 ? 1.0f : 0.01f;  // one large column
  parameters[dense_node].input_range = 8;
  PostTrainingConfig config;
  config.column_range = true;
  config.range_samples = 100;
  std::vector<float> largest(3, 0.0f);
  for (size_t i = 0; i < 24; ++i)
    largest[i % 3] = std::max(largest[i % 3], std::abs(parameters[dense_node].weight[i]));

  hardware.adc_range = 1000;
  optimise_ranges({architecture, hardware}, samples, config, parameters);
  CHECK(parameters[dense_node].column_scales == largest);
  auto targets = map_to_conductances(parameters[dense_node].weight, 8, 3, hardware,
                                     parameters[dense_node].column_scales);
  CHECK(*std::max_element(targets.targets_us[0].begin(), targets.targets_us[0].end()) <= 25);

  hardware.adc_range = 0.5;
  optimise_ranges({architecture, hardware}, samples, config, parameters);
  // What the ADC sees is now |mean| + 4 deviations = its range.
  for (size_t c = 0; c < 3; ++c) {
    std::vector<double> outputs;
    for (size_t i = 0; i < 100; ++i) {
      double sum = 0;
      for (size_t r = 0; r < 8; ++r)
        sum += samples.images[i * 8 + r] * parameters[dense_node].weight[r * 3 + c];
      outputs.push_back(sum / 8 / parameters[dense_node].column_scales[c]);
    }
    const double deviation = deviation_of(outputs) * std::sqrt(99.0 / 100);
    CHECK(std::abs(mean_of(outputs)) + 4 * deviation == Approx(0.5).epsilon(1e-4));
  }
  hardware.crossbar_rows = 4;
  CHECK_THROWS_WITH(map_to_conductances(parameters[dense_node].weight, 8, 3, hardware,
                                        parameters[dense_node].column_scales),
                    ContainsSubstring("calibrated for other crossbars"));
}

TEST_CASE("partial sums of the row splits add up to the layer's output") {
  const auto architecture = toy_network(5);
  const auto samples = toy_samples(10, 5, 1, 1);
  const auto parameters = initial_parameters(architecture, RandomKey(5));
  HardwareConfig hardware;
  hardware.crossbar_rows = 50;
  const auto inputs = record_layer_inputs({architecture, hardware}, parameters, samples, 10);
  constexpr int second_node = 4;  // conv2: 144 rows
  const MatrixLayer cut(architecture, second_node, {.crossbar_rows = 50}),
      whole(architecture, second_node, {});
  REQUIRE(cut.row_splits() == 3);
  const auto wanted =
      exact_partial_sums(whole, parameters[second_node].weight, inputs.values[second_node], 10, 0);
  std::vector<double> sums(static_cast<size_t>(10 * cut.output_size()), 0.0);
  for (int split = 0; split < 3; ++split) {
    const auto part =
        exact_partial_sums(cut, parameters[second_node].weight, inputs.values[second_node], 10, split);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += part[i];
  }
  for (size_t i = 0; i < sums.size(); ++i) REQUIRE(sums[i] == Approx(wanted[i]).margin(1e-4));
}

TEST_CASE("the input ranges of channel-aligned splits are those of their own channels") {
  const Architecture architecture{"cut",
                                  {4, 4, 4},
                                  {{"conv", Conv2d{.out_channels = 3}, {"input"}},
                                   {"mean", GlobalAveragePool{}, {"conv"}},
                                   {"loss", Output{}, {"mean"}}}};
  Samples samples{4, 4, 4, {}, {0, 1}};
  for (int i = 0; i < 2 * 16 * 4; ++i) samples.images.push_back(static_cast<float>(1 << (i % 4)));
  HardwareConfig hardware;
  hardware.crossbar_rows = 20;  // two channels of nine rows
  hardware.row_split = RowSplit::channel_aligned;
  auto parameters = initial_parameters(architecture, RandomKey(5));
  PostTrainingConfig config;
  config.input_range = true;
  config.input_percentile = 100;
  optimise_ranges({architecture, hardware}, samples, config, parameters);
  CHECK(parameters[1].split_ranges == std::vector<float>{2, 8});  // of channels with 1 and 2, 4 and 8
}

TEST_CASE("from input ranges that are six times too wide, post-training recovers at least 80 % of the loss") {
  const auto training = toy_samples(1000, 10, 1.5, 1), test = toy_samples(500, 10, 1.5, 2);
  for (const auto* regime : {"digital", "hardware_aware"}) {
    auto parameters = trained_parameters(training, regime);
    const double good = score_after_a_day(parameters, test);
    for (auto& layer : parameters) layer.input_range *= 6;
    const double bad = score_after_a_day(parameters, test);
    REQUIRE(good - bad > 0.05);
    PostTrainingConfig config;
    config.input_range = config.column_range = true;
    optimise_ranges({toy_network(10), {}}, training, config, parameters);
    CHECK(score_after_a_day(parameters, test) >= bad + 0.8 * (good - bad));
  }
}

TEST_CASE("columns' gains and offsets fitted on each chip bring a badly converted network back") {
  const auto training = toy_samples(1000, 10, 1.5, 1), test = toy_samples(500, 10, 1.5, 2);
  auto parameters = trained_parameters(training, "digital");
  for (auto& layer : parameters) layer.input_range *= 0.35f;  // clips most inputs: outputs come out too small
  const double bad = score_after_a_day(parameters, test);
  ChipCalibration calibration{{}, &training};
  calibration.config.affine_samples = 64;
  CHECK(score_after_a_day(parameters, test, calibration) > bad + 0.05);
  calibration.config.affine_samples = 0;
  calibration.config.batch_norm_samples = 200;
  CHECK(score_after_a_day(parameters, test, calibration) > bad + 0.03);
}
