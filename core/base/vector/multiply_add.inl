// SPDX-License-Identifier: Apache-2.0
// MHO_MULTIPLY_ADD is the name that the including file gives the function.
#include "core/base/vector/vector.inl"

namespace mho {

std::int64_t MHO_MULTIPLY_ADD(std::int64_t rounds);

/// As many sums as hide an instruction's latency on two ports (4 cycles: 8) and fit the registers.
std::int64_t MHO_MULTIPLY_ADD(std::int64_t rounds) {
  constexpr int sums = lane_count == 16 ? 20 : 12;
  Vector sum[sums];
  for (int i = 0; i < sums; ++i) sum[i] = spread(static_cast<float>(i));
  float factor = 0.999f, summand = 0.001f;
  __asm__ volatile("" : "+m"(factor), "+m"(summand));  // constants would fold the loop
  const Vector a = spread(factor), b = spread(summand);
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 20
    for (int i = 0; i < sums; ++i) sum[i] = sum[i] * a + b;
  }
  Vector total{};
  for (int i = 0; i < sums; ++i) total += sum[i];
  __asm__ volatile("" : : "m"(total));  // without a reader there would be nothing to compute
  return rounds * sums * lane_count * 2;
}

}  // namespace mho
