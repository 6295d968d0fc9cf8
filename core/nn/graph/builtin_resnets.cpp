// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/nn/graph/builtin_families.hpp"

namespace mho {
namespace {

/// A 3x3 (or other square) convolution with "same" padding.
Conv2d square(int channels, int kernel = 3, int stride = 1) {
  return {channels, kernel, kernel, stride, stride};
}

enum class Shortcut { identity, plain, batch_norm };

/// relu(conv-bn-relu-conv-bn(x) + shortcut(x)); layers "<name>_conv1", ..., "<name>_relu".
void residual_block(LayerStack& stack, const std::string& name, int channels, int stride, Shortcut shortcut) {
  const std::string begin = stack.end();
  stack.conv_bn_relu(name + "_conv1", square(channels, 3, stride)).conv_bn(name + "_conv2", square(channels));
  const std::string main_path = stack.end();
  stack.continue_from(begin);
  if (shortcut == Shortcut::plain) stack.add(name + "_shortcut", square(channels, 1, stride));
  if (shortcut == Shortcut::batch_norm) stack.conv_bn(name + "_shortcut", square(channels, 1, stride));
  stack.join(name + "_add", Add{}, {main_path, stack.end()}).add(name + "_relu", Relu{});
}

void conv_and_pool(LayerStack& stack, const std::string& number, int channels) {
  stack.conv_bn_relu("conv" + number, square(channels)).add("pool" + number, Pool{});
}

}  // namespace

LayerStack resnet8_layers(int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv0", square(16));
  residual_block(stack, "stack1", 16, 1, Shortcut::identity);
  residual_block(stack, "stack2", 32, 2, Shortcut::plain);
  residual_block(stack, "stack3", 64, 2, Shortcut::plain);
  return stack.add("pool", GlobalAveragePool{}).classify(classes);
}

LayerStack cifar_resnet_layers(int blocks_per_stack, int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv0", square(16));
  for (int s = 1; s <= 3; ++s)
    for (int b = 1; b <= blocks_per_stack; ++b) {
      const bool narrows = s > 1 && b == 1;
      residual_block(stack, "stack" + std::to_string(s) + "_block" + std::to_string(b), 8 << s,
                     narrows ? 2 : 1, narrows ? Shortcut::batch_norm : Shortcut::identity);
    }
  return stack.add("pool", GlobalAveragePool{}).classify(classes);
}

LayerStack resnet9_layers(Shape input, int classes) {
  LayerStack stack;
  stack.conv_bn_relu("conv0", square(56));
  conv_and_pool(stack, "1", 112);
  residual_block(stack, "block1", 112, 1, Shortcut::identity);
  conv_and_pool(stack, "2", 224);
  conv_and_pool(stack, "3", 224);
  residual_block(stack, "block2", 224, 1, Shortcut::identity);
  // What three halvings leave of the image is one window: 4x4 for CIFAR.
  const int height = std::max(input.height / 8, 1), width = std::max(input.width / 8, 1);
  return stack.add("pool", Pool{Pool::Kind::max, height, width, height, width}).classify(classes);
}

}  // namespace mho
