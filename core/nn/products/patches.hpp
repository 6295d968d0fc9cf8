// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/convolution_geometry.hpp"

namespace mho {

/// The input vectors of a convolution's matrix: patches[p][row] for output pixels first + p, p < count, in
/// row-major order; x is one image (NHWC, without its border). One group only.
void gather_patches(const ConvolutionGeometry& geometry, const float* x, int first, int count,
                    float* patches);

/// The transpose: adds patches[p][row] to the pixels that gather_patches took them from.
void scatter_patches(const ConvolutionGeometry& geometry, const float* patches, int first, int count,
                     float* dx);

}  // namespace mho
