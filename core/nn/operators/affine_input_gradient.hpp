// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/operators/operator.hpp"

namespace mho {

/// dx = a dy + b x + c, three numbers a channel.
struct GradientAffine {
  const float *a, *b, *c;
};

/// The first input's gradient of an operation of `shape` that needed the whole mini-batch: dx is written or,
/// where it is not the first, added to. x and dy are read in halves where the call has them.
void affine_input_gradient(const BackwardCall& call, Shape shape, const GradientAffine& affine);

}  // namespace mho
