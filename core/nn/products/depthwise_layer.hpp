// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/aligned.hpp"
#include "core/nn/products/convolution_geometry.hpp"

namespace mho {

/// A depthwise convolution, digital: its loops, its zero-padded image, and its gradients. Immutable.
class DepthwiseLayer {
 public:
  explicit DepthwiseLayer(const ConvolutionGeometry& geometry);

  /// Floats of scratch that every call needs.
  std::size_t scratch_size() const;

  /// One image: y = convolution of x; weights are [kernel height * kernel width][channels].
  void forward(const float* x, const float* weights, float* scratch, float* y) const;
  /// dw += the weight gradient of one image.
  void add_gradient(const float* x, const float* dy, float* scratch, float* dw) const;
  /// dx = (or +=) the gradient of one image with respect to its input.
  void backward(const float* dy, const float* weights, bool accumulate, float* scratch, float* dx) const;

 private:
  /// Copies an image into the middle of zeros.
  static void pad(const float* image, Shape shape, const Padding& border, float* padded);
  /// Whether the backward pass is itself a convolution: stride 1 and no padding beyond the kernel.
  bool gathers() const;

  ConvolutionGeometry geometry_;
  Depthwise loops_;           ///< forward
  Depthwise backward_loops_;  ///< of the gathering backward pass
};

}  // namespace mho
