// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/architecture.hpp"

namespace mho {

/// One image of a pooling layer: x has shape `input`, y shape `output`. Averages count real pixels only.
void pool_forward(const Pool& pool, Shape input, Shape output, const float* x, float* y);
/// dx += gradient; of equal maxima the first in row-major order gets it.
void pool_backward(const Pool& pool, Shape input, Shape output, const float* x, const float* y,
                   const float* dy, float* dx);

void global_average_forward(Shape input, const float* x, float* y);
/// dx += gradient.
void global_average_backward(Shape input, const float* dy, float* dx);

}  // namespace mho
