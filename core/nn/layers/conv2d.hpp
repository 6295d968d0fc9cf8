// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layers/layer_kind.hpp"

namespace mho {

/// Convolution; `groups == in_channels` makes it depthwise. With `same` the padding follows from the input
/// shape and `padding` is filled in when the architecture is built. Grouped ones stay digital on the chip.
struct Conv2d {
  int out_channels = 1;
  int kernel_height = 3;
  int kernel_width = 3;
  int stride_height = 1;
  int stride_width = 1;
  bool same = true;
  Padding padding{};
  int groups = 1;
  bool bias = false;

  bool operator==(const Conv2d&) const = default;
  const char* name() const { return "conv2d"; }
  void attributes(LayerAttributes& visitor);
  LayerFacts infer(const LayerSite& site);
  std::unique_ptr<Operator> make_operator(const OperatorSite& site) const;
  OnnxNode onnx(const LayerParameters& parameters, Shape input) const;
};

}  // namespace mho
