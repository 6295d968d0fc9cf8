// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/nn/kernels/kernels.hpp"

namespace mho {

/// The forward product on bfloat16 pairs, for scoring. Levels of a DAC of at most 9 bits are whole numbers
/// that bfloat16 holds exactly; conductances are rounded to 8 bits, 0.2 % where programming noise is 4 %.
struct Bfloat16Kernels {
  /// As Kernels::product, but x counts in bfloat16 elements (x points at them), runs count in pairs of rows,
  /// and each float slot of w holds two rows of its column: the even one in the lower half.
  void (*product)(const MatrixProduct&);
  /// y[i] = clip(round(x[i] * levels / range)), a whole number, as bfloat16; levels <= 256.
  void (*quantise_levels)(const float* x, std::size_t count, float range, float levels, std::uint16_t* y);
};

/// Null where the processor has no such instructions or MHO_KERNELS asks for another set.
const Bfloat16Kernels* bfloat16_kernels();

}  // namespace mho
