// SPDX-License-Identifier: Apache-2.0
// Small networks and parameters that the chip's tests share.
#pragma once

#include <string>
#include <vector>

#include "core/chip/chip.hpp"
#include "core/nn/graph/builtin_architectures.hpp"
#include "core/nn/graph/parameters.hpp"
#include "tests/temporary_folder.hpp"

namespace mho {

inline Architecture builtin(const std::string& name) {
  const PublishedTask task = published_task(name);
  return make_builtin(name, task.input, task.classes);
}

/// Dense layers one after the other.
inline Architecture dense_chain(const std::string& name, int inputs, const std::vector<int>& outputs) {
  std::vector<LayerDeclaration> layers;
  std::string previous = "input";
  for (size_t i = 0; i < outputs.size(); ++i) {
    layers.push_back({"dense" + std::to_string(i), Dense{outputs[i], false}, {previous}});
    previous = layers.back().name;
  }
  layers.push_back({"loss", Output{}, {previous}});
  return Architecture(name, {1, 1, inputs}, layers);
}

/// MLPerf Tiny's anomaly-detection autoencoder (docs/sources.md).
inline Architecture autoencoder() { return builtin("autoencoder"); }

/// 4x4x1 -> convolution 3x3 to 2 channels (9 x 2, 16 products, bias) -> batch norm -> ReLU -> global average
/// pool
/// -> dense (2 x 3, bias).
inline Architecture two_layers() {
  Conv2d conv;
  conv.out_channels = 2;
  conv.bias = true;
  return Architecture("two_layers", {4, 4, 1},
                      {{"conv", conv, {"input"}},
                       {"norm", BatchNorm{}, {"conv"}},
                       {"relu", Relu{}, {"norm"}},
                       {"pool", GlobalAveragePool{}, {"relu"}},
                       {"dense", Dense{3, true}, {"pool"}},
                       {"loss", Output{}, {"dense"}}});
}

/// Kernels, strides and a pooling whose sides differ, [height, width]: a stem of 5x3 by 2x1, a depthwise 3x1,
/// a pooling of 2x1, an unpadded 1x4 by 1x2.
inline Architecture rectangular() {
  const Conv2d stem{6, 5, 3, 2, 1}, depthwise{6, 3, 1, 1, 1, true, {}, 6}, wide{8, 1, 4, 1, 2, false};
  const Pool pool{
      .kind = Pool::Kind::max, .kernel_height = 2, .kernel_width = 1, .stride_height = 2, .stride_width = 1};
  return Architecture("rectangular", {12, 6, 2},
                      {{"stem", stem, {"input"}},
                       {"norm", BatchNorm{}, {"stem"}},
                       {"relu", Relu{}, {"norm"}},
                       {"depthwise", depthwise, {"relu"}},
                       {"pool", pool, {"depthwise"}},
                       {"wide", wide, {"pool"}},
                       {"relu2", Relu{}, {"wide"}},
                       {"mean", GlobalAveragePool{}, {"relu2"}},
                       {"dense", Dense{3, true}, {"mean"}},
                       {"loss", Output{}, {"dense"}}});
}

/// 3 steps x 1 x 4 -> LSTM of 3 units (7 x 12, 3 products that wait for each other) -> last step: three
/// scores.
inline Architecture small_lstm() {
  return Architecture(
      "small_lstm", {3, 1, 4},
      {{"lstm", Recurrent{.units = 3}, {"input"}}, {"last", Last{}, {"lstm"}}, {"loss", Output{}, {"last"}}});
}

inline ChipConfig small_chip(int grid_rows, int grid_columns, int crossbar) {
  ChipConfig chip;
  chip.name = "small";
  chip.grid_rows = grid_rows;
  chip.grid_columns = grid_columns;
  chip.crossbar_rows = chip.crossbar_columns = crossbar;
  return chip;
}

/// Parameters without a special value anywhere: biases, batch norms and input ranges are drawn too.
inline Parameters drawn_parameters(const Architecture& architecture, std::uint64_t seed) {
  Parameters parameters = initial_parameters(architecture, RandomKey(seed));
  Random random(RandomKey(seed).with("rest"));
  const auto draw = [&random](FloatBuffer& values, double low, double high) {
    for (float& value : values) value = static_cast<float>(low + (high - low) * random.uniform());
  };
  for (size_t node = 0; node < parameters.size(); ++node) {
    LayerParameters& layer = parameters[node];
    draw(layer.bias, -1, 1);
    draw(layer.gamma, 0.5, 1.5);
    draw(layer.beta, -1, 1);
    draw(layer.running_mean, -1, 1);
    draw(layer.running_variance, 0.1, 2);
    if (matrix_shape(architecture, static_cast<int>(node)).rows > 0 &&
        !is_grouped(architecture.nodes()[node]))
      layer.input_range = static_cast<float>(0.5 + random.uniform());
  }
  return parameters;
}

/// The message of what `call` throws as Error, or "" when it throws nothing.
template <class Error, class Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace mho
