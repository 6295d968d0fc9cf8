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

/// The digital layers of a network, as the networks compute them. Immutable; calls may run side by side.
class DigitalLayers {
 public:
  /// `parameters` must outlive this.
  DigitalLayers(const Architecture& architecture, const Parameters& parameters);

  /// Floats of scratch that every call needs.
  std::size_t scratch_size() const { return scratch_size_; }

  /// What a call reads and writes: images one after the other.
  struct Call {
    const std::vector<float*>& inputs;
    float* y;
    float* scratch;
  };
  /// Images of a layer that is digital on the chip, from their whole inputs.
  void run(int node, int images, const Call& call) const;
  /// `pixels` pixels of a layer that is elementwise there, all channels.
  void run_pixels(int node, std::int64_t pixels, const Call& call) const;

 private:
  struct Layer {
    std::unique_ptr<Operator> compute;  ///< null for layers that are not digital
    MatrixOperand operand;  ///< of a matrix kept digital or a grouped convolution that is no depthwise one
    ChannelAffine affine;
    std::vector<int> order;  ///< 0, 1, ...: inputs are taken as they come
  };
  ForwardCall call_of(int node, int images, const Call& call) const;

  const Parameters& parameters_;
  std::vector<Layer> layers_;  ///< one a node
  std::size_t scratch_size_ = 0;
};

}  // namespace mho
