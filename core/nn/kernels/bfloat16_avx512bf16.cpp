// SPDX-License-Identifier: Apache-2.0
#include "core/nn/kernels/bfloat16.hpp"

#if defined(__x86_64__)
#define MHO_BFLOAT16
#include "core/nn/kernels/fast_products.inl"

namespace mho {
namespace {

/// As fast_elementwise.inl's quantise; whole numbers up to 256 are exact in the upper half of a float.
void quantise_levels(const float* x, std::size_t count, float range, float levels, std::uint16_t* y) {
  const float up = levels / range;
  const Vector limit = spread(levels);
  for (std::size_t i = 0; i < count; i += lane_count) {
    const int part = min_of(lane_count, static_cast<int>(count - i));
    const Vector v = nearest(larger(smaller(load_some(x + i, part) * up, limit), -limit));
    _mm256_mask_storeu_epi16(y + i, lanes_below(part),
                             _mm512_cvtepi32_epi16(_mm512_srli_epi32((__m512i)v, 16)));
  }
}

}  // namespace

extern const Bfloat16Kernels avx512_bfloat16_kernels;
const Bfloat16Kernels avx512_bfloat16_kernels{product, quantise_levels};

}  // namespace mho
#endif
