// SPDX-License-Identifier: Apache-2.0
#include "core/chip/layer_json.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/chip/networks.hpp"

namespace mho {

TEST_CASE("a folded batch norm is the batch norm") {
  LayerParameters layer;
  layer.gamma = {2, -1};
  layer.beta = {0.5F, 0};
  layer.running_mean = {3, 1};
  layer.running_variance = {4, 0.25F};
  const Affine affine = fold_batch_norm(layer, 1e-5);
  for (size_t channel = 0; channel < 2; ++channel)
    for (const double x : {-2.0, 0.0, 7.5}) {
      const double expected = layer.gamma[channel] * (x - layer.running_mean[channel]) /
                                  std::sqrt(layer.running_variance[channel] + 1e-5) +
                              layer.beta[channel];
      CHECK(affine.scale[channel] * x + affine.offset[channel] == Approx(expected));
    }
}

TEST_CASE("a layer's output stage takes in its bias, the batch norm and the ReLU that follow") {
  const Architecture net = two_layers();
  const Parameters parameters = drawn_parameters(net, 3);
  const OutputStage stage = find_output_stage(net, parameters, 1);
  CHECK(stage.nodes == std::vector<int>{2, 3});
  CHECK(stage.relu);
  const Affine norm = fold_batch_norm(parameters[2], 1e-5);
  for (size_t channel = 0; channel < 2; ++channel) {
    CHECK(stage.affine.scale[channel] == Approx(norm.scale[channel]));
    CHECK(stage.affine.offset[channel] ==
          Approx(norm.scale[channel] * parameters[1].bias[channel] + norm.offset[channel]));
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
                          {"loss", SoftmaxCrossEntropy{}, {"relu"}}});
  const Parameters parameters = drawn_parameters(net, 4);
  CHECK(find_output_stage(net, parameters, 1).nodes.empty());
  const OutputStage last = find_output_stage(net, parameters, 4);
  CHECK(last.nodes.empty());
  CHECK(!last.relu);
  CHECK(last.affine.scale == std::vector<double>{1, 1});
  CHECK(last.affine.offset == std::vector<double>{0, 0});
}

}  // namespace mho
