// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/graph/shape.hpp"

namespace mho {

struct OnnxAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
};

/// Numbers that an ONNX operator reads besides the layer's inputs.
struct OnnxTensor {
  std::string name;  ///< after the layer's
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// A layer as an operator of ONNX's default domain, on images with channels first.
struct OnnxNode {
  std::string type{};
  std::vector<OnnxAttribute> attributes{};
  std::vector<OnnxTensor> tensors{};  ///< its further inputs, in order
  enum class Layout {
    images,   ///< [images, channels, height, width]
    vectors,  ///< reads [images, numbers] with channels last and gives [images, numbers]: a dense layer
    steps,    ///< reads [steps, images, channels] and gives [steps, 1, images, channels]: a recurrent layer
    symbols   ///< gives [images, channels, 1, steps, 1], its input's only channel beside its own
  };
  Layout layout = Layout::images;
  std::vector<std::int64_t> indices{};  ///< whole numbers that it reads last; empty for most
};

/// "kernel_shape", "strides" and "pads" of a convolution or pooling.
std::vector<OnnxAttribute> onnx_window(const Window& window);

/// A tensor of one number a channel.
OnnxTensor onnx_channels(const char* name, const FloatBuffer& values);

}  // namespace mho
