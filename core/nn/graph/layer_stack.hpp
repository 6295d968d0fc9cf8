// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/nn/graph/architecture.hpp"

namespace mho {

/// A convolution over `kernel` steps of a signal of steps x width x channels, and over its whole width: it
/// gives ceil(steps / stride) x 1 x channels.
Conv2d over_time(int channels, int kernel, int width, int stride);

/// Declares a network layer by layer: each call puts layers on the end and moves the end there. Branches
/// start by `continue_from` and meet again by `join`. Nothing is checked before an Architecture is built from
/// layers().
class LayerStack {
 public:
  /// The layer that the next one is put on; "input" at first.
  const std::string& end() const { return end_; }
  LayerStack& continue_from(const std::string& name);
  LayerStack& add(const std::string& name, Layer layer);
  /// A layer with several inputs: Add or Concat.
  LayerStack& join(const std::string& name, Layer layer, std::vector<std::string> inputs);
  /// `name`, then batch norm `name`_bn.
  LayerStack& conv_bn(const std::string& name, const Conv2d& conv);
  /// `name`, `name`_bn, `name`_relu.
  LayerStack& conv_bn_relu(const std::string& name, const Conv2d& conv);
  /// The end of a classifier: dense "logits", loss "loss".
  LayerStack& classify(int classes);

  const std::vector<LayerDeclaration>& layers() const { return layers_; }

 private:
  std::string end_ = "input";
  std::vector<LayerDeclaration> layers_;
};

}  // namespace mho
