// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/nn/products/matrix_layer.hpp"

namespace mho {

/// Some of the vectors that a layer's crossbars see, one behind the other: x[v * rows + r], rows as the
/// crossbars have them, and d[v * columns + c]. `first` is the number of the first one in its mini-batch.
struct VectorBlock {
  const float* x = nullptr;
  const float* d = nullptr;
  int count = 0;
  std::uint64_t first = 0;
};

/// The inputs and output errors of a mini-batch at one layer, kept image by image, and as the vectors that
/// its crossbars see.
class ImageVectors final : public VectorSink {
 public:
  /// `layer` must outlive this.
  ImageVectors(const MatrixLayer& layer, int images);

  void take(const float* x, const float* dy, int first_image, int images) override;
  /// Calls body(block) for the vectors of images [first, first + images) in their order, at most
  /// block_vectors at a time; what a block points to is gone after the call.
  template <class Body>
  void for_each(int first, int images, const Body& body);

  std::int64_t vectors_per_image() const;

 private:
  static constexpr int block_vectors =
      64;  ///< enough to share what is read of the devices, few enough for the cache

  /// That many input vectors of images laid end to end, from the one at that number.
  const float* inputs_of(std::int64_t vector, int count);
  void turn(const float* from, float* to) const;

  const MatrixLayer& layer_;
  FloatBuffer inputs_, errors_;
  std::vector<float> patches_, turned_;
};

template <class Body>
void ImageVectors::for_each(int first, int images, const Body& body) {
  const std::int64_t each = vectors_per_image(), end = (first + images) * each;
  // A block of a convolution ends with its image.
  const std::int64_t run = layer_.geometry().is_dense() ? images : each;
  for (std::int64_t v = first * each; v < end;) {
    const int count = static_cast<int>(std::min<std::int64_t>(block_vectors, run - (v - first * each) % run));
    body(VectorBlock{inputs_of(v, count), errors_.data() + v * layer_.columns(), count,
                     static_cast<std::uint64_t>(v)});
    v += count;
  }
}

}  // namespace mho
