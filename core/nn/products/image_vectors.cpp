// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/image_vectors.hpp"

#include <algorithm>

#include "core/nn/products/patches.hpp"

namespace mho {

ImageVectors::ImageVectors(const MatrixLayer& layer, int images)
    : layer_(layer),
      inputs_(static_cast<size_t>(images * layer.input_size())),
      errors_(static_cast<size_t>(images * layer.output_size())),
      patches_(layer.geometry().is_dense() ? 0
                                           : static_cast<size_t>(block_vectors * layer.geometry().rows())),
      turned_(layer.row_cut().taps == 1 ? 0 : static_cast<size_t>(block_vectors * layer.geometry().rows())) {}

void ImageVectors::take(const float* x, const float* dy, int first_image, int images) {
  const auto in = layer_.input_size(), out = layer_.output_size();
  std::copy_n(x, images * in, inputs_.data() + first_image * in);
  std::copy_n(dy, images * out, errors_.data() + first_image * out);
}

std::int64_t ImageVectors::vectors_per_image() const {
  return std::int64_t{layer_.geometry().output.height} * layer_.geometry().output.width;
}

const float* ImageVectors::inputs_of(std::int64_t vector, int count) {
  const auto& geometry = layer_.geometry();
  const std::int64_t each = vectors_per_image();
  const float* rows = inputs_.data() + vector / each * layer_.input_size();
  if (!geometry.is_dense()) {
    gather_patches(geometry, rows, static_cast<int>(vector % each), count, patches_.data());
    rows = patches_.data();
  }
  if (layer_.row_cut().taps == 1) return rows;
  for (int v = 0; v < count; ++v)
    turn(rows + std::ptrdiff_t{v} * geometry.rows(), turned_.data() + std::ptrdiff_t{v} * geometry.rows());
  return turned_.data();
}

void ImageVectors::turn(const float* from, float* to) const {
  const RowCut& cut = layer_.row_cut();
  for (int r = 0; r < cut.rows; ++r) to[r] = from[cut.matrix_row(r)];
}

}  // namespace mho
