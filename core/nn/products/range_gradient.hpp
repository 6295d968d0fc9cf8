// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace mho {

/// The gradient of a layer's input range, summed over a mini-batch. Clipping at +-r makes an input
/// r sign(x) where |x| > r, so dL/dr = sum over those of sign(x) dL/dx (PACT, Choi et al., arXiv:1805.06085,
/// for both signs); dL/dx goes straight through the converters.
struct RangeGradient {
  double sum = 0;            ///< dL/dr
  std::int64_t clipped = 0;  ///< inputs beyond the range
  std::int64_t count = 0;    ///< all inputs

  void add(const float* x, const float* dx, std::size_t inputs, float range);
  void add(const RangeGradient& other);
  double clipped_share() const {
    return count > 0 ? static_cast<double>(clipped) / static_cast<double>(count) : 0;
  }
};

}  // namespace mho
