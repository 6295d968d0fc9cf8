// SPDX-License-Identifier: Apache-2.0
#include "evaluators/foreign_network.hpp"

#include "core/base/error.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "tests/catch.hpp"
#include "tests/evaluators/toy_task.hpp"

using namespace mho;

namespace {

ForeignNetwork dense_network(const std::vector<float>& bias) {
  const Architecture architecture("foreign", {1, 1, 2},
                                  {{"fc", Dense{2}, {"input"}}, {"loss", Output{}, {"fc"}}});
  return {to_json(architecture), {{"fc.weight", {{2, 2}, {1, 2, 3, 4}}}, {"fc.bias", {{bias.size()}, bias}}}};
}

}  // namespace

TEST_CASE("a foreign network becomes a candidate whose input ranges are to be calibrated") {
  const Candidate candidate = to_candidate(dense_network({5, 6}), "model.onnx");
  CHECK(candidate.architecture.name() == "foreign");
  CHECK(candidate.parameters[1].weight == FloatBuffer{1, 2, 3, 4});
  CHECK(candidate.parameters[1].bias == FloatBuffer{5, 6});
  CHECK(candidate.parameters[1].input_range == 0);
}

TEST_CASE("what does not fit is refused by the file's name") {
  CHECK_THROWS_WITH(to_candidate(dense_network({5}), "model.onnx"),
                    ContainsSubstring("model.onnx: tensor 'fc.bias' has the wrong shape"));
  CHECK_THROWS_WITH(to_candidate({"{}", {}}, "model.onnx"), ContainsSubstring("model.onnx: missing key"));
}
