// SPDX-License-Identifier: Apache-2.0
// Its gradient is held to finite differences in test_training_network.cpp, its ONNX operator and its place on
// a chip in tests/evaluators/test_chip_simulation.cpp.
#include "core/nn/layers/sigmoid.hpp"

#include <cmath>

#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const Architecture network("net", {1, 1, 5}, {{"it", Sigmoid{}, {"input"}}, {"loss", Output{}, {"it"}}});

}  // namespace

TEST_CASE("sigmoid keeps its input's shape, has no weights and survives its file") {
  const Node& node = network.nodes()[1];
  CHECK(node.shape == network.input());
  CHECK(node.parameters == 0);
  CHECK(node.on_chip.place == OnChip::Place::elementwise);
  const std::string file = to_json(network);
  CHECK_THAT(file, ContainsSubstring(R"({"name":"it","kind":"sigmoid","inputs":["input"]})"));
  CHECK(read_architecture_json(file, "file").declarations() == network.declarations());
}

TEST_CASE("sigmoid is the function of that name, far from zero too") {
  const std::vector<float> images{-200, -1.5f, 0, 0.25f, 200};
  std::vector<float> found(images.size());
  const Parameters parameters = initial_parameters(network, RandomKey(1));
  InferenceNetwork(Network(network, {}), parameters).logits({}, images.data(), 1, RandomKey(1), found.data());
  for (size_t i = 0; i < images.size(); ++i) {
    const double x = images[i];
    CHECK(found[i] == Approx(1 / (1 + std::exp(-x))).margin(1e-30));
  }
}
