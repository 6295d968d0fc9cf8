// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/image_vectors.hpp"

#include <algorithm>

#include "core/nn/products/patches.hpp"

namespace mho {

ImageVectors::ImageVectors(const MatrixLayer& layer, int images)
    : layer_(layer),
      inputs_(static_cast<size_t>(images * layer.input_size())),
      errors_(static_cast<size_t>(images * layer.output_size())),
      patch_(layer.geometry().is_dense() ? 0 : static_cast<size_t>(layer.geometry().rows())),
      turned_(layer.row_cut().taps == 1 ? 0 : static_cast<size_t>(layer.geometry().rows())) {}

void ImageVectors::take(const float* x, const float* dy, int first_image, int images) {
  const auto in = layer_.input_size(), out = layer_.output_size();
  std::copy_n(x, images * in, inputs_.data() + first_image * in);
  std::copy_n(dy, images * out, errors_.data() + first_image * out);
}

std::int64_t ImageVectors::vectors_per_image() const {
  return std::int64_t{layer_.geometry().output.height} * layer_.geometry().output.width;
}

const float* ImageVectors::vector_of(const float* x, int pixel) {
  const RowCut& cut = layer_.row_cut();
  const float* rows = x;
  if (!layer_.geometry().is_dense()) {
    gather_patches(layer_.geometry(), x, pixel, 1, patch_.data());
    rows = patch_.data();
  }
  if (cut.taps == 1) return rows;
  for (int r = 0; r < cut.rows; ++r) turned_[static_cast<size_t>(r)] = rows[cut.matrix_row(r)];
  return turned_.data();
}

}  // namespace mho
