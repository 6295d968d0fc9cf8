// SPDX-License-Identifier: Apache-2.0
#include "core/data/metric.hpp"

#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// Outputs in which each sample's answer is the given class of three.
std::vector<float> answers(const std::vector<int>& classes) {
  std::vector<float> outputs(3 * classes.size());
  for (size_t i = 0; i < classes.size(); ++i) outputs[3 * i + static_cast<size_t>(classes[i])] = 1;
  return outputs;
}

/// One-pixel samples of 0 with these labels, so that an output is the root of its reconstruction error.
Samples pixels(const std::vector<int>& labels) {
  return {1, 1, 1, std::vector<float>(labels.size(), 0.0f), labels};
}

double value(const char* metric, const std::vector<float>& outputs, const Samples& samples) {
  return metric_of(metric).value(outputs, samples);
}

}  // namespace

TEST_CASE("accuracy counts samples, balanced accuracy and macro F1 count classes") {
  // Class 0: 4 of 6 right, class 1: 1 of 3, class 2: 1 of 1. Answered: 5, 3 and 2 times.
  const auto samples = pixels({0, 0, 0, 0, 0, 0, 1, 1, 1, 2});
  const auto outputs = answers({0, 0, 0, 0, 1, 1, 1, 0, 2, 2});
  CHECK(value("accuracy", outputs, samples) == 0.6);
  CHECK(value("balanced_accuracy", outputs, samples) == Approx((4.0 / 6 + 1.0 / 3 + 1) / 3));
  // sklearn.metrics.f1_score(average="macro"): 0.57575758.
  CHECK(value("macro_f1", outputs, samples) == Approx((8.0 / 11 + 2.0 / 6 + 2.0 / 3) / 3));
}

TEST_CASE("metrics of classes take the classes that have samples") {
  const auto samples = pixels({0, 0, 1, 1});
  const auto outputs = answers({0, 2, 1, 1});  // no sample is of class 2
  CHECK(value("balanced_accuracy", outputs, samples) == 0.75);
  CHECK(value("macro_f1", outputs, samples) == Approx((2.0 / 3 + 1) / 2));
}

namespace {

/// Two samples of three steps with these classes of four.
Samples steps(const std::vector<int>& targets) {
  Samples samples{3, 1, 1, std::vector<float>(6, 0.0f), {0, 0}};
  samples.targets = targets;
  return samples;
}

}  // namespace

TEST_CASE("bits per character and perplexity are the mean cross-entropy over all steps") {
  const auto samples = steps({0, 1, 2, 3, 0, 1});
  // Probability of the right one: 1/2 in the first sample's steps, 1/4 and, of equal scores, 1/4 in the
  // others.
  std::vector<float> outputs(24, 0.0f);
  const float log3 = std::log(3.0f);
  for (size_t i = 0; i < 3; ++i) outputs[4 * i + static_cast<size_t>(samples.targets[i])] = log3 + 1000;
  for (size_t i = 0; i < 3; ++i)
    for (size_t c = 0; c < 4; ++c)
      if (c != static_cast<size_t>(samples.targets[i])) outputs[4 * i + c] = 1000;
  CHECK(value("bits_per_character", outputs, samples) == Approx((3 * 1 + 3 * 2) / 6.0).epsilon(1e-5));
  CHECK(value("perplexity", outputs, samples) == Approx(std::exp2(1.5)).epsilon(1e-5));
  CHECK_FALSE(metric_of("bits_per_character").larger_is_better);
  CHECK(metric_of("perplexity").gain(2) < metric_of("perplexity").gain(1.5));
  CHECK(metric_of("bits_per_character").shown(1.5) == "1.50 bits");
  CHECK(metric_of("accuracy").shown(0.5) == "50.00 %");
}

TEST_CASE("an answer that looks at no text is worth the entropy of its characters") {
  const auto samples = steps({0, 0, 0, 1, 1, 2});  // 1/2, 1/3, 1/6
  const double entropy = 0.5 + std::log2(3.0) / 3 + std::log2(6.0) / 6;
  const auto bits = metric_of("bits_per_character").chance(samples);
  CHECK(bits.value == Approx(entropy));
  const double variance = 0.5 * std::pow(1 - entropy, 2) + std::pow(std::log2(3.0) - entropy, 2) / 3 +
                          std::pow(std::log2(6.0) - entropy, 2) / 6;
  CHECK(bits.deviation == Approx(std::sqrt(variance / 6)));
  CHECK(metric_of("perplexity").chance(samples).value == Approx(std::exp2(entropy)));
}

TEST_CASE("the AUC is the share of pairs in which the anomaly has the larger error, ties for half") {
  const auto samples = pixels({0, 0, 0, 1, 1});
  // Errors 1, 4, 9 of normal samples; 4 and 16 of anomalies: of 6 pairs 1 + 0.5 and 3.
  CHECK(value("auc", {1, 2, 3, 2, 4}, samples) == Approx(4.5 / 6));
  CHECK(value("auc", {1, 2, 3, 5, 4}, samples) == Approx(1));
  CHECK(value("auc", {5, 5, 5, 1, 4}, samples) == Approx(0));
  CHECK(value("auc", {2, 2, 2, 2, 2}, samples) == Approx(0.5));
}

TEST_CASE("the AUC of many samples is that of the Mann-Whitney statistic") {
  Random random(RandomKey(1));
  std::vector<int> labels;
  std::vector<float> outputs;
  for (int i = 0; i < 300; ++i) {
    labels.push_back(i % 3 == 0);
    outputs.push_back(static_cast<float>(random.integer(1, 40) + 8 * labels.back()));
  }
  double pairs = 0, won = 0;
  for (size_t i = 0; i < labels.size(); ++i)
    for (size_t j = 0; j < labels.size(); ++j) {
      if (labels[i] != 1 || labels[j] != 0) continue;
      ++pairs;
      won += outputs[i] > outputs[j] ? 1 : outputs[i] == outputs[j] ? 0.5 : 0;
    }
  CHECK(value("auc", outputs, pixels(labels)) == Approx(won / pairs));
}

TEST_CASE("the partial AUC looks at false positive rates up to 0.1 and is 0.5 by chance") {
  std::vector<int> labels(20, 0);
  labels.insert(labels.end(), 4, 1);
  std::vector<float> outputs;
  for (int i = 0; i < 20; ++i) outputs.push_back(static_cast<float>(1 + i));
  // Above all but 0, 1, 3 normal samples, and below all: rates 0, 0.05, 0.15, 1.
  // sklearn.metrics.roc_auc_score(max_fpr=0.1): area (0.25 + 0.5) * 0.05, scaled.
  for (const float error : {25.0f, 19.5f, 17.5f, 0.5f}) outputs.push_back(error);
  const double area = 0.05 * 0.25 + 0.05 * 0.5;
  CHECK(value("partial_auc", outputs, pixels(labels)) == Approx(0.5 * (1 + (area - 0.005) / (0.1 - 0.005))));
  outputs.assign(24, 1.0f);
  CHECK(value("partial_auc", outputs, pixels(labels)) == Approx(0.5));
  for (size_t i = 20; i < 24; ++i) outputs[i] = 2;
  CHECK(value("partial_auc", outputs, pixels(labels)) == Approx(1));
}

TEST_CASE("a reconstruction error is a mean over the sample's numbers, the largest where it is no number") {
  const Samples samples{1, 2, 1, {1, 2, 3, 4}, {0, 1}};
  const std::vector<float> outputs{2, 4, 3, std::numeric_limits<float>::quiet_NaN()};
  const auto errors = reconstruction_errors(outputs, samples);
  CHECK(errors[0] == 2.5);
  CHECK(errors[1] == std::numeric_limits<double>::max());
}

TEST_CASE("the mean squared error is over all values and less of it is better") {
  auto samples = pixels({0, 0});
  samples.values = {1, 2, 3, 4};  // two a sample
  CHECK(value("mse", {1, 2, 3, 2}, samples) == 1);
  CHECK(metric_of("mse").gain(2) == -2);
  CHECK(metric_of("auc").gain(2) == 2);
}

TEST_CASE("chance is what answers that do not look at the samples are worth") {
  const auto samples = pixels({0, 0, 0, 0, 0, 0, 1, 1, 1, 2});
  const auto always = answers(std::vector<int>(10, 0));
  for (const char* metric : {"accuracy", "balanced_accuracy", "macro_f1"})
    CHECK(metric_of(metric).chance(samples).value == Approx(value(metric, always, samples)));
  CHECK(metric_of("accuracy").chance(samples).deviation == Approx(std::sqrt(0.6 * 0.4 / 10)));
  CHECK(metric_of("auc").chance(samples).value == 0.5);
  auto values = pixels({0, 0, 0});
  values.values = {1, 2, 3};
  CHECK(metric_of("mse").chance(values).value == Approx(value("mse", {0, 0, 0}, values)));
}

TEST_CASE("a metric of another target, a normal class without one and an unknown metric are refused") {
  TaskConfig task;
  task.metric = "auc";
  CHECK_THROWS_WITH(check_target(task),
                    ContainsSubstring("expected accuracy or balanced_accuracy or macro_f1 "
                                      "with task.target = \"class\", got \"auc\""));
  task.target = Target::reconstruction;
  CHECK_NOTHROW(check_target(task));
  task.normal_class = 2;
  CHECK_NOTHROW(check_target(task));
  task.target = Target::classes;
  task.metric = "macro_f1";
  CHECK_THROWS_WITH(check_target(task), ContainsSubstring("task.normal_class"));
  CHECK_THROWS_WITH(metric_of("acuracy"), ContainsSubstring("accuracy"));
}

TEST_CASE("an AUC needs samples of both kinds") {
  CHECK_THROWS_AS(check_metric_applies(metric_of("auc"), pixels({0, 0}), "test"), DataError);
  CHECK_THROWS_WITH(check_metric_applies(metric_of("auc"), pixels({1, 1}), "test"),
                    ContainsSubstring("in the test split, found 0 normal of 2"));
  CHECK_NOTHROW(check_metric_applies(metric_of("auc"), pixels({0, 1}), "test"));
  CHECK_NOTHROW(check_metric_applies(metric_of("accuracy"), pixels({0, 0}), "test"));
}
