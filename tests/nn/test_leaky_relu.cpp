// SPDX-License-Identifier: Apache-2.0
// Its gradient is held to finite differences in test_training_network.cpp, its ONNX operator and its place on
// a chip in tests/evaluators/test_chip_simulation.cpp.
#include "core/nn/layers/leaky_relu.hpp"

#include <cmath>

#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const Architecture network("net", {1, 1, 5},
                           {{"it", LeakyRelu{.slope = 0.25}, {"input"}}, {"loss", Output{}, {"it"}}});

}  // namespace

TEST_CASE("leaky_relu keeps its input's shape, has no weights and survives its file") {
  const Node& node = network.nodes()[1];
  CHECK(node.shape == network.input());
  CHECK(node.parameters == 0);
  CHECK(node.on_chip.place == OnChip::Place::elementwise);
  const std::string file = to_json(network);
  CHECK_THAT(file, ContainsSubstring(R"({"name":"it","kind":"leaky_relu","inputs":["input"],"slope":0.25})"));
  CHECK(read_architecture_json(file, "file").declarations() == network.declarations());
}

TEST_CASE("a leaky ReLU keeps what is above 0 and shrinks what is below") {
  const std::vector<float> images{-200, -0.25f, 0, 1.25f, 200};
  std::vector<float> found(images.size());
  const Parameters parameters = initial_parameters(network, RandomKey(1));
  InferenceNetwork(Network(network, {}), parameters).logits({}, images.data(), 1, RandomKey(1), found.data());
  for (size_t i = 0; i < images.size(); ++i) {
    const float x = images[i];
    CHECK(found[i] == (x > 0 ? x : 0.25f * x));
  }
}

TEST_CASE("a leaky ReLU that is not between a ReLU and the identity is refused") {
  for (const double bad : {-0.1, 1.1, std::nan("")})
    CHECK_THROWS_WITH(Architecture("net", {1, 1, 5},
                                   {{"it", LeakyRelu{.slope = bad}, {"input"}}, {"loss", Output{}, {"it"}}}),
                      ContainsSubstring("'it'") && ContainsSubstring("slope out of range"));
}
