// SPDX-License-Identifier: Apache-2.0
// Its gradient is held to finite differences in test_training_network.cpp.
#include "core/nn/layers/last.hpp"

#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("the last step of every sequence, and nothing else") {
  const Architecture net("net", {3, 1, 2}, {{"last", Last{}, {"input"}}, {"loss", Output{}, {"last"}}});
  CHECK(net.nodes()[1].shape == Shape{1, 1, 2});
  CHECK(net.nodes()[1].parameters == 0);
  const std::vector<float> images{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::vector<float> found(4);
  const Parameters parameters = initial_parameters(net, RandomKey(1));
  InferenceNetwork(Network(net, {}), parameters).logits({}, images.data(), 2, RandomKey(1), found.data());
  CHECK(found == std::vector<float>{5, 6, 11, 12});
}
