// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/builtin_families.hpp"

namespace mho {
namespace {

/// Depthwise 3x3, then pointwise, each with batch norm and ReLU.
void separable_block(LayerStack& stack, int number, int in_channels, int out_channels, int stride) {
  const std::string suffix = std::to_string(number);
  stack.conv_bn_relu("depthwise" + suffix, Conv2d{in_channels, 3, 3, stride, stride, true, {}, in_channels});
  stack.conv_bn_relu("pointwise" + suffix, Conv2d{out_channels, 1, 1});
}

/// Pointwise (where it expands), depthwise 3x3, pointwise without ReLU; added to its input where shapes
/// agree.
void inverted_residual(LayerStack& stack, int number, int in_channels, int out_channels, int expansion,
                       int stride) {
  const std::string suffix = std::to_string(number), begin = stack.end();
  const int channels = in_channels * expansion;
  if (expansion > 1) stack.conv_bn_relu("expand" + suffix, Conv2d{channels, 1, 1});
  stack.conv_bn_relu("depthwise" + suffix, Conv2d{channels, 3, 3, stride, stride, true, {}, channels});
  stack.conv_bn("project" + suffix, Conv2d{out_channels, 1, 1});
  if (stride == 1 && in_channels == out_channels) stack.join("add" + suffix, Add{}, {stack.end(), begin});
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

LayerStack mobilenet_v2_cifar_layers(int classes) {
  struct Stage {
    int expansion, channels, blocks, stride;
  };
  constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 1},  {6, 32, 3, 2}, {6, 64, 4, 2},
                              {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  LayerStack stack;
  stack.conv_bn_relu("conv0", Conv2d{32, 3, 3});
  int number = 0, channels = 32;
  for (const auto& stage : stages)
    for (int block = 0; block < stage.blocks; ++block) {
      inverted_residual(stack, ++number, channels, stage.channels, stage.expansion,
                        block == 0 ? stage.stride : 1);
      channels = stage.channels;
    }
  stack.conv_bn_relu("conv_last", Conv2d{1280, 1, 1});
  return stack.add("pool", GlobalAveragePool{}).classify(classes);
}

LayerStack autoencoder_layers(int outputs) {
  LayerStack stack;
  int number = 0;
  for (const int features : {128, 128, 128, 128, 8, 128, 128, 128, 128}) {
    const std::string name = "dense" + std::to_string(++number);
    stack.add(name, Dense{features, false}).add(name + "_bn", BatchNorm{}).add(name + "_relu", Relu{});
  }
  return stack.classify(outputs);
}

LayerStack signal_cnn_layers(int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv1", Conv2d{16, 9, 1, 2, 1})
      .conv_bn_relu("conv2", Conv2d{32, 5, 1, 2, 1})
      .conv_bn_relu("conv3", Conv2d{64, 3, 1, 2, 1});
  return stack.add("pool", GlobalAveragePool{}).classify(classes);
}

LayerStack signal_lstm_layers(Shape input, int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv", over_time(16, 9, input.width, 2));
  return stack.add("lstm", Recurrent{.units = 32}).add("last", Last{}).classify(classes);
}

LayerStack kws_lstm_layers(Shape input, int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv", over_time(32, 3, input.width, 1));
  return stack.add("lstm", Recurrent{.units = 64}).add("last", Last{}).classify(classes);
}

LayerStack char_lstm_layers(int characters) {
  LayerStack stack;
  stack.add("characters", OneHot{characters});
  stack.add("lstm1", Recurrent{.units = 64}).add("lstm2", Recurrent{.units = 64});
  return stack
      .add("logits", Conv2d{.out_channels = characters, .kernel_height = 1, .kernel_width = 1, .bias = true})
      .add("loss", Output{});
}

LayerStack lenet5_layers(int classes) {
  LayerStack stack;
  stack.add("conv1", Conv2d{6, 5, 5, 1, 1, true, {}, 1, true}).add("relu1", Relu{}).add("pool1", Pool{});
  stack.add("conv2", Conv2d{16, 5, 5, 1, 1, false, {}, 1, true}).add("relu2", Relu{}).add("pool2", Pool{});
  stack.add("dense3", Dense{120}).add("relu3", Relu{}).add("dense4", Dense{84}).add("relu4", Relu{});
  return stack.classify(classes);
}

LayerStack mlp_layers(const std::vector<int>& hidden, int classes, const Layer& activation,
                      const std::string& name) {
  LayerStack stack;
  int number = 0;
  for (const int features : hidden) {
    const std::string suffix = std::to_string(++number);
    stack.add("dense" + suffix, Dense{features}).add(name + suffix, activation);
  }
  return stack.classify(classes);
}

}  // namespace mho
