// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "core/data/dataset.hpp"
#include "core/nn/graph/architecture.hpp"

namespace mho {

/// A task that a small network learns in seconds: each class is a fixed random 8x8 image seen under Gaussian
/// noise.
inline Samples toy_samples(int count, int classes, double noise, std::uint64_t seed) {
  Samples samples{8, 8, 1, {}, {}};
  Random draw(RandomKey(seed).with("draw"));
  for (int i = 0; i < count; ++i) {
    const int label = i % classes;
    Random prototype(RandomKey(1).with("prototype", static_cast<std::uint64_t>(label)));
    samples.labels.push_back(label);
    for (int p = 0; p < 64; ++p)
      samples.images.push_back(static_cast<float>(prototype.normal() + noise * draw.normal()));
  }
  return samples;
}

/// conv 16 - BN - ReLU - conv 32 stride 2 - BN - ReLU - mean - dense.
inline Architecture toy_network(int classes) {
  const Conv2d first{.out_channels = 16};
  const Conv2d second{.out_channels = 32, .stride_height = 2, .stride_width = 2};
  return {"toy",
          {8, 8, 1},
          {{"conv1", first, {"input"}},
           {"bn1", BatchNorm{}, {"conv1"}},
           {"relu1", Relu{}, {"bn1"}},
           {"conv2", second, {"relu1"}},
           {"bn2", BatchNorm{}, {"conv2"}},
           {"relu2", Relu{}, {"bn2"}},
           {"mean", GlobalAveragePool{}, {"relu2"}},
           {"dense", Dense{.out_features = classes}, {"mean"}},
           {"loss", Output{}, {"dense"}}}};
}

}  // namespace mho
