// SPDX-License-Identifier: Apache-2.0
#include "core/nn/builtin_families.hpp"

namespace mho {
namespace {

/// Depthwise 3x3, then pointwise, each with batch norm and ReLU.
void separable_block(LayerStack& stack, int number, int in_channels, int out_channels, int stride) {
  const std::string suffix = std::to_string(number);
  stack.conv_bn_relu("depthwise" + suffix, Conv2d{in_channels, 3, 3, stride, stride, true, {}, in_channels});
  stack.conv_bn_relu("pointwise" + suffix, Conv2d{out_channels, 1, 1});
}

}  // namespace

LayerStack ds_cnn_layers(int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv0", Conv2d{64, 10, 4, 2, 2});
  for (int block = 1; block <= 4; ++block) separable_block(stack, block, 64, 64, 1);
  return stack.add("pool", GlobalAveragePool{}).classify(classes);
}

LayerStack mobilenet_v1_025_layers(int classes) {
  struct Block {
    int channels, stride;
  };
  constexpr Block blocks[] = {{16, 1},  {32, 2},  {32, 1},  {64, 2},  {64, 1},  {128, 2}, {128, 1},
                              {128, 1}, {128, 1}, {128, 1}, {128, 1}, {256, 2}, {256, 1}};
  LayerStack stack;
  stack.conv_bn_relu("conv0", Conv2d{8, 3, 3, 2, 2});
  int number = 0, channels = 8;
  for (const auto& block : blocks) {
    separable_block(stack, ++number, channels, block.channels, block.stride);
    channels = block.channels;
  }
  return stack.add("pool", GlobalAveragePool{}).classify(classes);
}

LayerStack lenet5_layers(int classes) {
  LayerStack stack;
  stack.add("conv1", Conv2d{6, 5, 5, 1, 1, true, {}, 1, true}).add("relu1", Relu{}).add("pool1", Pool{});
  stack.add("conv2", Conv2d{16, 5, 5, 1, 1, false, {}, 1, true}).add("relu2", Relu{}).add("pool2", Pool{});
  stack.add("dense3", Dense{120}).add("relu3", Relu{}).add("dense4", Dense{84}).add("relu4", Relu{});
  return stack.classify(classes);
}

LayerStack mlp_layers(const std::vector<int>& hidden, int classes) {
  LayerStack stack;
  int number = 0;
  for (const int features : hidden) {
    const std::string suffix = std::to_string(++number);
    stack.add("dense" + suffix, Dense{features}).add("relu" + suffix, Relu{});
  }
  return stack.classify(classes);
}

}  // namespace mho
