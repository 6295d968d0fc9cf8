// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mho {

/// Takes what a layer's matrix read and the error of what it gave, in place of a sum of weight gradients: for
/// weights that change vector by vector, where they are.
class VectorSink {
 public:
  virtual ~VectorSink() = default;
  /// `x`: the layer's inputs, `dy`: dL/d(output), both as MatrixLayer's calls have them, of images
  /// [first_image, first_image + images) of the mini-batch. Parts of a mini-batch call side by side, each
  /// image comes once; both are gone after the call.
  virtual void take(const float* x, const float* dy, int first_image, int images) = 0;
};

}  // namespace mho
