// SPDX-License-Identifier: Apache-2.0
// What products and weight gradients multiply, and the noise that products draw: floats, or pairs of bfloat16
// where MHO_BFLOAT16 is defined.
#pragma once

#include "core/base/vector/vector.inl"

namespace mho {
namespace {

#if defined(MHO_BFLOAT16)
// A slot of four bytes holds two bfloat16: two neighbouring inputs, two rows of one column, or the same
// number of two images. One step multiplies the pairs and adds both products to a float, the upper one first.
constexpr int element_bytes = 2;
#if defined(__AVX512BF16__)
using Noise = ShortNoiseStream;
using Slot = __m512i;
MHO_INLINE Slot spread_slot(const char* p) {
  int pair;  // pairs start at any element: no int is promised to be aligned there
  __builtin_memcpy(&pair, p, sizeof pair);
  return _mm512_set1_epi32(pair);
}
MHO_INLINE Vector multiply_add(Vector sum, Slot x, Vector w) {
  return _mm512_dpbf16_ps(sum, (__m512bh)w, (__m512bh)x);
}
#else
using Noise = NoiseStream;
using Slot = Bits;
MHO_INLINE Slot spread_slot(const char* p) {
  std::uint32_t pair;
  __builtin_memcpy(&pair, p, sizeof pair);
  return Bits{} + pair;
}
MHO_INLINE Vector multiply_add(Vector sum, Slot x, Vector w) {
  const Bits pairs = (Bits)w;
  sum += (Vector)(x & 0xffff0000u) * (Vector)(pairs & 0xffff0000u);
  return sum + (Vector)(x << 16) * (Vector)(pairs << 16);
}
#endif
#else
constexpr int element_bytes = 4;
using Noise = NoiseStream;
using Slot = Vector;
MHO_INLINE Slot spread_slot(const char* p) { return spread(*reinterpret_cast<const float*>(p)); }
MHO_INLINE Vector multiply_add(Vector sum, Slot x, Vector w) { return sum + x * w; }
#endif

}  // namespace
}  // namespace mho
