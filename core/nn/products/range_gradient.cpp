// SPDX-License-Identifier: Apache-2.0
#include "core/nn/products/range_gradient.hpp"

#include <cmath>

namespace mho {

void RangeGradient::add(const float* x, const float* dx, std::size_t inputs, float range) {
  for (std::size_t i = 0; i < inputs; ++i) {
    if (!(std::fabs(x[i]) > range)) continue;
    sum += x[i] > 0 ? dx[i] : -dx[i];
    ++clipped;
  }
  count += static_cast<std::int64_t>(inputs);
}

void RangeGradient::add(const RangeGradient& other) {
  sum += other.sum;
  clipped += other.clipped;
  count += other.count;
}

}  // namespace mho
