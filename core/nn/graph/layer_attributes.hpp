// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/graph/shape.hpp"

namespace mho {

/// Visits the attributes of a layer in the order of a file. Each kind lists its own once, in
/// `attributes(LayerAttributes&)`: from that list come the reader and the writer of architecture files.
class LayerAttributes {
 public:
  enum class Presence { required, optional };  ///< an optional one keeps its value where a file leaves it out

  virtual ~LayerAttributes() = default;
  virtual void whole(const char* name, int& value, Presence presence) = 0;
  virtual void number(const char* name, double& value, Presence presence) = 0;
  virtual void flag(const char* name, bool& value, Presence presence) = 0;
  /// [height, width], or one number for both
  virtual void sides(const char* name, int& height, int& width) = 0;
  /// "same" or [top, bottom, left, right]
  virtual void padding(const char* name, bool& same, Padding& padding) = 0;

  /// "kernel", "stride" and "padding" of a layer with a window.
  template <class Windowed>
  void window(Windowed& layer) {
    sides("kernel", layer.kernel_height, layer.kernel_width);
    sides("stride", layer.stride_height, layer.stride_width);
    padding("padding", layer.same, layer.padding);
  }
};

}  // namespace mho
