// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/patches.hpp"

#include <algorithm>

namespace mho {
namespace {

/// Calls body(offset in patches, offset in the image or -1 in the border, floats) for every kernel position
/// of every patch; a kernel row that lies inside the image at once, since its positions are neighbours there
/// too.
template <class Body>
void for_each_tap(const ConvolutionGeometry& g, int first, int count, const Body& body) {
  const int channels = g.input.channels;
  std::ptrdiff_t at = 0;
  for (int pixel = first; pixel < first + count; ++pixel) {
    const int top = pixel / g.output.width * g.stride_height - g.padding.top;
    const int left = pixel % g.output.width * g.stride_width - g.padding.left;
    const bool across = left >= 0 && left + g.kernel_width <= g.input.width;
    for (int row = top; row < top + g.kernel_height; ++row) {
      const bool within = row >= 0 && row < g.input.height;
      if (within && across) {
        body(at, (std::ptrdiff_t{row} * g.input.width + left) * channels, g.kernel_width * channels);
        at += g.kernel_width * channels;
        continue;
      }
      for (int column = left; column < left + g.kernel_width; ++column, at += channels) {
        const bool inside = within && column >= 0 && column < g.input.width;
        body(at, inside ? (std::ptrdiff_t{row} * g.input.width + column) * channels : -1, channels);
      }
    }
  }
}

}  // namespace

void gather_patches(const ConvolutionGeometry& geometry, const float* x, int first, int count,
                    float* patches) {
  for_each_tap(geometry, first, count, [&](std::ptrdiff_t patch, std::ptrdiff_t image, int channels) {
    if (image < 0)
      std::fill_n(patches + patch, channels, 0.0f);
    else
      std::copy_n(x + image, channels, patches + patch);
  });
}

void scatter_patches(const ConvolutionGeometry& geometry, const float* patches, int first, int count,
                     float* dx) {
  for_each_tap(geometry, first, count, [&](std::ptrdiff_t patch, std::ptrdiff_t image, int channels) {
    if (image < 0) return;
    for (int c = 0; c < channels; ++c) dx[image + c] += patches[patch + c];
  });
}

}  // namespace mho
