// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/nn/graph/parameters.hpp"
#include "core/nn/operators/channel_affine.hpp"
#include "core/nn/products/matrix_layer.hpp"

namespace mho {

/// The digital layers of a network, as the networks compute them.
class DigitalLayers {
 public:
  /// Both must outlive this.
  DigitalLayers(const Architecture& architecture, const Parameters& parameters);

  /// One image of a layer that is digital on the chip, from its whole inputs.
  void run(int node, const std::vector<float*>& inputs, float* y);
  /// `pixels` pixels of a layer that is elementwise there, all channels.
  void run_pixels(int node, const std::vector<float*>& inputs, std::int64_t pixels, float* y);

 private:
  struct Layer {
    std::unique_ptr<Operator> compute;  ///< null for layers that are not digital
    MatrixOperand operand;  ///< of a matrix kept digital or a grouped convolution that is no depthwise one
    ChannelAffine affine;
  };
  ForwardCall call_of(int node, const std::vector<float*>& inputs, float* y);

  const Parameters& parameters_;
  std::vector<Layer> layers_;  ///< one a node
  std::vector<int> order_;     ///< 0, 1, ...: inputs are taken as they come
  FloatBuffer scratch_;
};

}  // namespace mho
