// SPDX-License-Identifier: Apache-2.0
#include "core/nn/layers/batch_norm.hpp"

#include <cmath>

#include "core/nn/graph/parameters.hpp"
#include "tests/catch.hpp"

namespace mho {

TEST_CASE("a folded batch norm is the batch norm") {
  LayerParameters layer;
  layer.gamma = {2, -1};
  layer.beta = {0.5F, 0};
  layer.running_mean = {3, 1};
  layer.running_variance = {4, 0.25F};
  const ChannelAffine affine = BatchNorm{1e-5}.affine(layer);
  for (size_t channel = 0; channel < 2; ++channel)
    for (const double x : {-2.0, 0.0, 7.5}) {
      const double expected = layer.gamma[channel] * (x - layer.running_mean[channel]) /
                                  std::sqrt(layer.running_variance[channel] + 1e-5) +
                              layer.beta[channel];
      CHECK(affine.scale[channel] * x + affine.shift[channel] == Approx(expected));
    }
}

}  // namespace mho
