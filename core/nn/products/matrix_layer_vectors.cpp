// SPDX-License-Identifier: Apache-2.0
// MatrixLayer's products by a VectorProduct: one input vector an output pixel.
#include <algorithm>
#include <vector>

#include "core/nn/products/matrix_layer.hpp"
#include "core/nn/products/patches.hpp"

namespace mho {
namespace {

/// Patches that are gathered at once: enough to reuse each weight, few enough for the cache.
constexpr int kPatches = 64;

/// Calls body(image, first pixel, pixels) for all output pixels.
template <class Body>
void for_each_chunk(int images, int pixels, const Body& body) {
  for (int image = 0; image < images; ++image)
    for (int first = 0; first < pixels; first += kPatches)
      body(image, first, std::min(kPatches, pixels - first));
}

std::uint64_t vector_number(int image, int pixels, int first) {
  return static_cast<std::uint64_t>(image) * static_cast<std::uint64_t>(pixels) +
         static_cast<std::uint64_t>(first);
}

}  // namespace

void MatrixLayer::forward_vectors(const VectorProduct& product, const float* bias, const float* x, int images,
                                  std::uint64_t key, int first_image, float* y) const {
  const int pixels = geometry_.output.height * geometry_.output.width;
  if (geometry_.is_dense()) {
    product.forward(x, images, key, vector_number(first_image, 1, 0), y);
  } else {
    std::vector<float> patches(static_cast<size_t>(kPatches) * static_cast<size_t>(geometry_.rows()));
    for_each_chunk(images, pixels, [&](int image, int first, int count) {
      gather_patches(geometry_, x + image * input_size(), first, count, patches.data());
      product.forward(patches.data(), count, key, vector_number(first_image + image, pixels, first),
                      y + image * output_size() + std::int64_t{first} * columns());
    });
  }
  if (!bias) return;
  for (std::int64_t p = 0; p < std::int64_t{images} * pixels; ++p, y += columns())
    for (int c = 0; c < columns(); ++c) y[c] += bias[c];
}

void MatrixLayer::backward_vectors(const VectorProduct& product, const float* dy, int images, bool accumulate,
                                   int first_image, float* dx) const {
  const int pixels = geometry_.output.height * geometry_.output.width;
  std::vector<float> patches(static_cast<size_t>(kPatches) * static_cast<size_t>(geometry_.rows()));
  if (!accumulate) std::fill_n(dx, images * input_size(), 0.0f);
  for_each_chunk(images, pixels, [&](int image, int first, int count) {
    product.backward(dy + image * output_size() + std::int64_t{first} * columns(), count,
                     vector_number(first_image + image, pixels, first), patches.data());
    scatter_patches(geometry_, patches.data(), first, count, dx + image * input_size());
  });
}

}  // namespace mho
