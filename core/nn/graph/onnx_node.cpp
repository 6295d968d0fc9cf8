// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/onnx_node.hpp"

namespace mho {

std::vector<OnnxAttribute> onnx_window(const Window& window) {
  using Numbers = std::vector<std::int64_t>;
  const Padding& p = window.padding;
  return {{"kernel_shape", Numbers{window.height, window.width}},
          {"strides", Numbers{window.stride_height, window.stride_width}},
          {"pads", Numbers{p.top, p.left, p.bottom, p.right}}};
}

OnnxTensor onnx_channels(const char* name, const FloatBuffer& values) {
  return {name, {std::ssize(values)}, {values.begin(), values.end()}};
}

}  // namespace mho
