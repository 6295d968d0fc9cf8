// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/nn/products/matrix_layer.hpp"

namespace mho {

/// The inputs and output errors of a mini-batch at one layer, kept image by image, and as the vectors that
/// its crossbars see.
class ImageVectors final : public VectorSink {
 public:
  /// `layer` must outlive this.
  ImageVectors(const MatrixLayer& layer, int images);

  void take(const float* x, const float* dy, int first_image, int images) override;
  /// Calls body(x, dy) for the vectors of one image in their order, x with its rows as the crossbars have
  /// them; both are gone after the call.
  template <class Body>
  void for_each(int image, const Body& body);

  std::int64_t vectors_per_image() const;

 private:
  const float* vector_of(const float* x, int pixel);

  const MatrixLayer& layer_;
  FloatBuffer inputs_, errors_;
  std::vector<float> patch_, turned_;
};

template <class Body>
void ImageVectors::for_each(int image, const Body& body) {
  const float* x = inputs_.data() + image * layer_.input_size();
  const float* dy = errors_.data() + image * layer_.output_size();
  for (int v = 0; v < vectors_per_image(); ++v, dy += layer_.columns()) body(vector_of(x, v), dy);
}

}  // namespace mho
