// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/layer_vectors.hpp"

#include <algorithm>
#include <vector>

#include "core/nn/products/patches.hpp"

namespace mho {
namespace {

/// Patches that are gathered at once: enough to reuse each weight, few enough for the cache.
constexpr int patches_at_once = 64;

/// Calls body(image, first pixel, pixels) for all output pixels.
template <class Body>
void for_each_chunk(int images, int pixels, const Body& body) {
  for (int image = 0; image < images; ++image)
    for (int first = 0; first < pixels; first += patches_at_once)
      body(image, first, std::min(patches_at_once, pixels - first));
}

std::uint64_t vector_number(int image, int pixels, int first) {
  return static_cast<std::uint64_t>(image) * static_cast<std::uint64_t>(pixels) +
         static_cast<std::uint64_t>(first);
}

}  // namespace

void forward_vectors(const ConvolutionGeometry& geometry, const MatrixCall& call, const float* bias,
                     float* y) {
  const VectorProduct& product = *call.operand.product;
  const int pixels = geometry.output.height * geometry.output.width, columns = geometry.output.channels;
  if (geometry.is_dense()) {
    product.forward(call.x, call.images, call.noise_key, vector_number(call.first_image, 1, 0), y);
  } else {
    std::vector<float> patches(static_cast<size_t>(patches_at_once) * static_cast<size_t>(geometry.rows()));
    for_each_chunk(call.images, pixels, [&](int image, int first, int count) {
      gather_patches(geometry, call.x + image * geometry.input.size(), first, count, patches.data());
      product.forward(patches.data(), count, call.noise_key,
                      vector_number(call.first_image + image, pixels, first),
                      y + image * geometry.output.size() + std::int64_t{first} * columns);
    });
  }
  if (!bias) return;
  for (std::int64_t p = 0; p < std::int64_t{call.images} * pixels; ++p, y += columns)
    for (int c = 0; c < columns; ++c) y[c] += bias[c];
}

void backward_vectors(const ConvolutionGeometry& geometry, const MatrixCall& call, const float* dy,
                      bool accumulate, float* dx) {
  const int pixels = geometry.output.height * geometry.output.width, columns = geometry.output.channels;
  std::vector<float> patches(static_cast<size_t>(patches_at_once) * static_cast<size_t>(geometry.rows()));
  if (!accumulate) std::fill_n(dx, call.images * geometry.input.size(), 0.0f);
  for_each_chunk(call.images, pixels, [&](int image, int first, int count) {
    call.operand.product->backward(dy + image * geometry.output.size() + std::int64_t{first} * columns, count,
                                   vector_number(call.first_image + image, pixels, first), patches.data());
    scatter_patches(geometry, patches.data(), first, count, dx + image * geometry.input.size());
  });
}

}  // namespace mho
