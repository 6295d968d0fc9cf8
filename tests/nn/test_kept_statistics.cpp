// SPDX-License-Identifier: Apache-2.0
// Gradients through it are held to finite differences in test_training_network.cpp.
#include "core/nn/run/kept_statistics.hpp"

#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/run/inference_network.hpp"
#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("a step with kept batch norms computes what inference computes, and changes nothing of them") {
  const Architecture architecture = make_builtin("resnet8", {8, 8, 3}, 10);
  auto parameters = initial_parameters(architecture, RandomKey(3));
  Random random{RandomKey(4)};
  for (auto& layer : parameters) {
    for (auto* values : {&layer.gamma, &layer.beta, &layer.running_mean})
      for (auto& v : *values) v += static_cast<float>(0.3 * random.normal());
    for (auto& v : layer.running_variance) v = static_cast<float>(random.uniform() + 0.5);
  }
  const int count = 6;
  FloatBuffer images(static_cast<size_t>(architecture.input().size() * count) + kernel_slack());
  for (auto& v : images) v = static_cast<float>(random.normal());
  const std::vector<int> labels{1, 2, 3, 4, 5, 6};
  const Network network(architecture, {});

  const SoftmaxCrossEntropy loss(0);
  const auto arithmetic = GENERATE(Arithmetic::float32, Arithmetic::bfloat16);
  TrainingNetwork training(network, loss, count, 2, BatchNorms::kept, arithmetic);
  const auto before = parameters;
  auto gradients = zero_gradients(parameters);
  Operands operands;
  network.digital_operands(parameters, true, operands, arithmetic);
  const auto result =
      training.step(parameters, operands, {images.data(), labels.data(), count, RandomKey(1)}, gradients);

  std::vector<float> logits(static_cast<size_t>(count * 10));
  InferenceNetwork(network, parameters)
      .logits(network.digital_operands(parameters, false), images.data(), count, RandomKey(1), logits.data());
  double expected = 0;
  for (int i = 0; i < count; ++i) {
    double sum = 0;
    for (int k = 0; k < 10; ++k) sum += std::exp(double{logits[static_cast<size_t>(10 * i + k)]});
    expected +=
        (std::log(sum) - logits[static_cast<size_t>(10 * i + labels[static_cast<size_t>(i)])]) / count;
  }
  CHECK(result.loss == Approx(expected).epsilon(arithmetic == Arithmetic::float32 ? 1e-4 : 0.02));
  for (size_t n = 0; n < parameters.size(); ++n) {
    CHECK(parameters[n].running_mean == before[n].running_mean);
    CHECK(parameters[n].running_variance == before[n].running_variance);
    for (const float g : gradients[n].gamma) CHECK(g == 0);
    for (const float g : gradients[n].beta) CHECK(g == 0);
  }
}
