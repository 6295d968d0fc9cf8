// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/one_hot.hpp"

#include <cmath>

#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"
#include "tests/nn/graph_helpers.hpp"

using namespace mho;
using namespace mho::test;

namespace {

Architecture net(int symbols = 3, Shape input = {2, 1, 1}) {
  return {"net", input, {{"characters", OneHot{symbols}, {"input"}}, {"loss", Output{}, {"characters"}}}};
}

std::vector<float> run(const std::vector<float>& characters) {
  const auto network = net();
  const Parameters parameters = initial_parameters(network, RandomKey(1));
  std::vector<float> found(3 * characters.size());
  InferenceNetwork(Network(network, {}), parameters)
      .logits({}, characters.data(), static_cast<int>(characters.size()) / 2, RandomKey(1), found.data());
  return found;
}

}  // namespace

TEST_CASE("a character is 1 in its own channel") {
  CHECK(net().nodes()[1].shape == Shape{2, 1, 3});
  CHECK(net().parameters() == 0);
  CHECK(run({0, 2, 1, 0}) == std::vector<float>{1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0});
}

TEST_CASE("what is no character of the vocabulary is refused") {
  for (const float wrong : {3.0f, -1.0f, 0.5f, std::nanf("")})
    CHECK_THROWS_WITH(run({0, wrong}), ContainsSubstring("expected characters as whole numbers from 0 to 2"));
  CHECK(refusal([] {
          net(3, {2, 1, 2});
        }) ==
        "architecture 'net', layer 'characters' (one_hot): wrong input: expected characters, steps x 1 x 1, "
        "got 2x1x2");
  CHECK(refusal([] { net(1); }) ==
        "architecture 'net', layer 'characters' (one_hot): symbols out of range: expected 2 to 268435456, "
        "got 1");
}
