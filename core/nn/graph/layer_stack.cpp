// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/layer_stack.hpp"

#include <utility>

namespace mho {

Conv2d over_time(int channels, int kernel, int width, int stride) {
  const int before = (kernel - 1) / 2;
  return {.out_channels = channels,
          .kernel_height = kernel,
          .kernel_width = width,
          .stride_height = stride,
          .same = false,
          .padding = {before, kernel - 1 - before, 0, 0}};
}

LayerStack& LayerStack::continue_from(const std::string& name) {
  end_ = name;
  return *this;
}

LayerStack& LayerStack::add(const std::string& name, Layer layer) { return join(name, layer, {end_}); }

LayerStack& LayerStack::join(const std::string& name, Layer layer, std::vector<std::string> inputs) {
  layers_.push_back({name, layer, std::move(inputs)});
  return continue_from(name);
}

LayerStack& LayerStack::conv_bn(const std::string& name, const Conv2d& conv) {
  return add(name, conv).add(name + "_bn", BatchNorm{});
}

LayerStack& LayerStack::conv_bn_relu(const std::string& name, const Conv2d& conv) {
  return conv_bn(name, conv).add(name + "_relu", Relu{});
}

LayerStack& LayerStack::classify(int classes) { return add("logits", Dense{classes}).add("loss", Output{}); }

}  // namespace mho
