// SPDX-License-Identifier: Apache-2.0
// Its gradient is held to finite differences in test_training_network.cpp.
#include "core/nn/layers/dropout.hpp"

#include <cmath>

#include "core/nn/run/inference_network.hpp"
#include "core/nn/run/training_network.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

constexpr int numbers = 4000;

Architecture net(double rate) {
  return {"net", {1, 1, numbers}, {{"drop", Dropout{rate}, {"input"}}, {"loss", Output{}, {"drop"}}}};
}

/// Takes what arrives at the end.
class Seen final : public Loss {
 public:
  void add(const ScoredImages& images, LossSums&) const override {
    scores.assign(images.scores, images.scores + images.images * images.classes);
  }
  mutable std::vector<float> scores;
};

std::vector<float> trained(double rate, std::uint64_t key) {
  const auto architecture = net(rate);
  const Network network(architecture, {});
  Parameters parameters = initial_parameters(architecture, RandomKey(1));
  auto gradients = zero_gradients(parameters);
  const Seen seen;
  TrainingNetwork training(network, seen, 1, 1);
  FloatBuffer image(numbers + kernel_slack(), 1.0f);
  const int label = 0;
  training.step(parameters, network.digital_operands(parameters, true),
                {image.data(), &label, 1, RandomKey(key)}, gradients);
  return seen.scores;
}

}  // namespace

TEST_CASE("training drops a number by its rate and keeps the mean, drawn anew by the key") {
  const auto values = trained(0.25, 7);
  const auto dropped = std::count(values.begin(), values.end(), 0.0f);
  // Binomial: 1000 +- 5 deviations of 27.4.
  CHECK(std::abs(dropped - 1000) < 137);
  for (const float v : values) CHECK((v == 0.0f || v == 1 / 0.75f));
  CHECK(trained(0.25, 7) == values);
  CHECK(trained(0.25, 8) != values);
}

TEST_CASE("nothing is dropped in inference, nor with a rate of 0") {
  const auto architecture = net(0.5);
  const std::vector<float> image(numbers, 1.0f);
  std::vector<float> found(numbers);
  const Parameters parameters = initial_parameters(architecture, RandomKey(1));
  InferenceNetwork(Network(architecture, {}), parameters)
      .logits({}, image.data(), 1, RandomKey(1), found.data());
  CHECK(found == image);
  CHECK(trained(0, 7) == image);
  CHECK(refusal([] { net(1); }) ==
        "architecture 'net', layer 'drop' (dropout): rate: expected 0 to 0.99, got 1");
}
