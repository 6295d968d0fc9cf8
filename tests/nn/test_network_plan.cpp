// SPDX-License-Identifier: Apache-2.0
#include "core/nn/run/network_plan.hpp"

#include <string>
#include <vector>

#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

/// conv -> activation -> pool -> dense.
Architecture pooled(const Layer& activation, const Pool& pool) {
  return {"pooled",
          {9, 9, 2},
          {{"conv", Conv2d{.out_channels = 5, .bias = true}, {"input"}},
           {"activation", activation, {"conv"}},
           {"pool", pool, {"activation"}},
           {"dense", Dense{.out_features = 3}, {"pool"}},
           {"loss", Output{}, {"dense"}}}};
}

/// Names of the layers that operations run, one word each; a star where a ReLU was taken in.
std::string words(const Architecture& architecture) {
  std::string text;
  const NetworkPlan plan(architecture);
  for (const auto& op : plan.operations)
    text += (text.empty() ? "" : " ") + architecture.nodes()[static_cast<size_t>(op.node)].name +
            (op.relu ? "*" : "");
  return text;
}

struct Step {
  double loss;
  Parameters gradients;
};

/// Of a mini-batch whose last image is zeros: its sums are all equal, and zero.
Step step_of(const Architecture& architecture) {
  const Network network(architecture, {});
  auto parameters = initial_parameters(architecture, RandomKey(3));
  const int count = 4;
  FloatBuffer images(static_cast<size_t>(architecture.input().size() * count) + kernel_slack());
  Random random{RandomKey(4)};
  for (size_t i = 0; i < static_cast<size_t>(architecture.input().size() * (count - 1)); ++i)
    images[i] = static_cast<float>(random.normal());
  const std::vector<int> labels = {0, 1, 2, 1};
  const SoftmaxCrossEntropy loss(0);
  TrainingNetwork training(network, loss, count, 2);
  Step step{0, zero_gradients(parameters)};
  const auto operands = network.digital_operands(parameters, true);
  step.loss =
      training.step(parameters, operands, {images.data(), labels.data(), count, RandomKey(1)}, step.gradients)
          .loss;
  return step;
}

}  // namespace

TEST_CASE("pooling by maxima comes before the ReLU that only it reads") {
  CHECK(words(pooled(Relu{}, Pool{})) == "input conv pool* dense loss");
  CHECK(words(pooled(Relu{}, Pool{.kind = Pool::Kind::average})) == "input conv activation pool dense loss");
  CHECK(words(pooled(LeakyRelu{.slope = 0.1}, Pool{})) == "input conv activation pool dense loss");
  const Architecture read_twice{"read twice",
                                {8, 8, 2},
                                {{"relu", Relu{}, {"input"}},
                                 {"pool", Pool{}, {"relu"}},
                                 {"small", Pool{.kind = Pool::Kind::average}, {"relu"}},
                                 {"sum", Add{}, {"pool", "small"}},
                                 {"dense", Dense{.out_features = 3}, {"sum"}},
                                 {"loss", Output{}, {"dense"}}}};
  CHECK(words(read_twice) == "input relu pool small sum dense loss");
}

TEST_CASE("pooling before a ReLU changes neither values nor gradients: windows that overlap, borders, ties") {
  const Pool pools[] = {
      {},
      {.kernel_height = 3, .kernel_width = 3, .stride_height = 2, .stride_width = 2, .padding = {1, 1, 1, 1}},
      {.kernel_height = 3, .kernel_width = 3, .stride_height = 3, .stride_width = 3}};
  for (const auto& pool : pools) {
    const auto first = step_of(pooled(Relu{}, pool)), last = step_of(pooled(LeakyRelu{.slope = 0}, pool));
    CHECK(first.loss == last.loss);
    for (const size_t node : {1u, 4u}) {
      CHECK(first.gradients[node].weight == last.gradients[node].weight);
      CHECK(first.gradients[node].bias == last.gradients[node].bias);
    }
  }
}
