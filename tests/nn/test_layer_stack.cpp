// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/layer_stack.hpp"

#include "tests/catch.hpp"

using namespace mho;

TEST_CASE("a stack declares layers on its end, branches and joins them") {
  LayerStack stack;
  CHECK(stack.end() == "input");
  stack.conv_bn_relu("a", Conv2d{4}).conv_bn("b", Conv2d{4});
  CHECK(stack.end() == "b_bn");
  stack.continue_from("a_relu").add("c", Conv2d{4, 1, 1});
  CHECK(stack.end() == "c");
  stack.join("sum", Add{}, {"b_bn", "c"}).classify(3);
  const std::vector<LayerDeclaration> expected{
      {"a", Conv2d{4}, {"input"}},   {"a_bn", BatchNorm{}, {"a"}},  {"a_relu", Relu{}, {"a_bn"}},
      {"b", Conv2d{4}, {"a_relu"}},  {"b_bn", BatchNorm{}, {"b"}},  {"c", Conv2d{4, 1, 1}, {"a_relu"}},
      {"sum", Add{}, {"b_bn", "c"}}, {"logits", Dense{3}, {"sum"}}, {"loss", Output{}, {"logits"}}};
  CHECK(stack.layers() == expected);
  CHECK_NOTHROW(Architecture("net", {8, 8, 1}, stack.layers()));
}
