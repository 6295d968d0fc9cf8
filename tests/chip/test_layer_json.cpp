// SPDX-License-Identifier: Apache-2.0
#include "core/chip/export/layer_json.hpp"

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("a layer's output stage takes in its bias, the batch norm and the ReLU that follow") {
  const Architecture net = two_layers();
  const Parameters parameters = drawn_parameters(net, 3);
  const DigitalStage stage = find_digital_stage(net, parameters, 1);
  CHECK(stage.nodes == std::vector<int>{2, 3});
  CHECK(stage.relu);
  const ChannelAffine norm = BatchNorm{1e-5}.affine(parameters[2]);
  for (size_t channel = 0; channel < 2; ++channel) {
    CHECK(stage.affine.scale[channel] == Approx(norm.scale[channel]));
    CHECK(stage.affine.shift[channel] ==
          Approx(norm.scale[channel] * parameters[1].bias[channel] + norm.shift[channel]));
  }
}

TEST_CASE("an output stage ends where the network branches, and before pooling") {
  Conv2d conv;
  conv.out_channels = 2;
  const Architecture net("branch", {4, 4, 2},
                         {{"a", conv, {"input"}},
                          {"norm", BatchNorm{}, {"a"}},
                          {"sum", Add{}, {"norm", "a"}},
                          {"b", conv, {"sum"}},
                          {"pool", GlobalAveragePool{}, {"b"}},
                          {"relu", Relu{}, {"pool"}},
                          {"loss", Output{}, {"relu"}}});
  const Parameters parameters = drawn_parameters(net, 4);
  CHECK(find_digital_stage(net, parameters, 1).nodes.empty());
  const DigitalStage last = find_digital_stage(net, parameters, 4);
  CHECK(last.nodes.empty());
  CHECK(!last.relu);
  CHECK(last.affine.scale == std::vector<float>{1, 1});
  CHECK(last.affine.shift == std::vector<float>{0, 0});
}

}  // namespace mho
