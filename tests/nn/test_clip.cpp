// SPDX-License-Identifier: Apache-2.0
// Its gradient is held to finite differences in test_training_network.cpp, its ONNX operator and its place on
// a chip in tests/evaluators/test_chip_simulation.cpp.
#include "core/nn/layers/clip.hpp"

#include <algorithm>

#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/run/inference_network.hpp"
#include "tests/catch.hpp"

using namespace mho;

namespace {

const Architecture network("net", {1, 1, 5},
                           {{"it", Clip{.low = -0.5, .high = 1.5}, {"input"}}, {"loss", Output{}, {"it"}}});

}  // namespace

TEST_CASE("clip keeps its input's shape, has no weights and survives its file") {
  const Node& node = network.nodes()[1];
  CHECK(node.shape == network.input());
  CHECK(node.parameters == 0);
  CHECK(node.on_chip.place == OnChip::Place::elementwise);
  const std::string file = to_json(network);
  CHECK_THAT(file,
             ContainsSubstring(R"({"name":"it","kind":"clip","inputs":["input"],"low":-0.5,"high":1.5})"));
  CHECK(read_architecture_json(file, "file").declarations() == network.declarations());
}

TEST_CASE("a clip keeps what lies between its bounds and gives the bounds elsewhere") {
  const std::vector<float> images{-200, -0.25f, 0, 1.25f, 200};
  std::vector<float> found(images.size());
  const Parameters parameters = initial_parameters(network, RandomKey(1));
  InferenceNetwork(Network(network, {}), parameters).logits({}, images.data(), 1, RandomKey(1), found.data());
  for (size_t i = 0; i < images.size(); ++i) {
    const float x = images[i];
    CHECK(found[i] == (std::clamp(x, -0.5f, 1.5f)));
  }
}

TEST_CASE("a clip without a range between its bounds is refused") {
  for (const Clip& bad : {Clip{.low = 1, .high = 1}, Clip{.low = 2, .high = 1}, Clip{.low = 0, .high = 1e60}})
    CHECK_THROWS_WITH(Architecture("net", {1, 1, 5}, {{"it", bad, {"input"}}, {"loss", Output{}, {"it"}}}),
                      ContainsSubstring("'it'") && ContainsSubstring("low below high"));
}
