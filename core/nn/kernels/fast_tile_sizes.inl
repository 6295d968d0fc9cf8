// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/vector/vector.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

// Pixels that a tile of one and of two vectors may have, so that it fits the registers (32, 16 and 16).
#if defined(__AVX512F__)
constexpr int kMaxPixels1 = 16, kMaxPixels2 = 12;
#elif defined(__AVX2__)
constexpr int kMaxPixels1 = 12, kMaxPixels2 = 6;
#else
constexpr int kMaxPixels1 = 8, kMaxPixels2 = 4;
#endif

/// Rows that follow each other in memory on both sides, as in a convolution of one pixel, are one long row: it
/// fills tiles where an image's width would leave them half empty.
MHO_INLINE MatrixProduct join_rows(MatrixProduct m) {
  if (m.x_row == m.width * m.x_pixel && m.y_row == m.width * m.y_pixel) {
    m.width *= m.height;
    m.height = 1;
  }
  return m;
}
MHO_INLINE MatrixGradient join_rows(MatrixGradient m) {
  if (m.x_row == m.width * m.x_pixel && m.g_row == m.width * m.g_pixel) {
    m.width *= m.height;
    m.height = 1;
  }
  return m;
}

}  // namespace
}  // namespace mho
