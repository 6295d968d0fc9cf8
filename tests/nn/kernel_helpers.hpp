// SPDX-License-Identifier: Apache-2.0
// What tests of kernels share: random inputs and the sets to hold to the reference.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/aligned.hpp"
#include "core/base/random.hpp"
#include "core/nn/kernels/kernels.hpp"
#include "tests/catch.hpp"

namespace mho {

inline FloatBuffer normals(size_t count, std::uint64_t seed) {
  FloatBuffer values(count + kernel_slack());
  Random random{RandomKey(seed)};
  for (auto& v : values) v = static_cast<float>(random.normal());
  return values;
}

/// Every set but the reference.
inline std::vector<const Kernels*> fast_sets() {
  const auto list = available_kernels();
  return {list.sets + 1, list.sets + list.count};
}

inline void check_close(const FloatBuffer& got, const FloatBuffer& wanted, size_t count, double tolerance) {
  double worst = 0;
  for (size_t i = 0; i < count; ++i) worst = std::max(worst, std::abs(double(got[i]) - wanted[i]));
  CHECK(worst < tolerance);
}

}  // namespace mho
