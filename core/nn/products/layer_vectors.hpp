// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/products/convolution_geometry.hpp"
#include "core/nn/products/matrix_operand.hpp"

namespace mho {

/// The products of a layer by the VectorProduct of its operand: one input vector an output pixel. `bias` may
/// be null.
void forward_vectors(const ConvolutionGeometry& geometry, const MatrixCall& call, const float* bias,
                     float* y);

/// dx = (or +=) the gradient with respect to the inputs, by the product's own backward.
void backward_vectors(const ConvolutionGeometry& geometry, const MatrixCall& call, const float* dy,
                      bool accumulate, float* dx);

}  // namespace mho
