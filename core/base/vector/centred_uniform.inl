// SPDX-License-Identifier: Apache-2.0
// MHO_CENTRED_UNIFORM is the name that the including file gives the function: numbers uniform in (-1/2, 1/2)
// from the Philox blocks of a key, block i for numbers 4 i to 4 i + 3. Exact in float: every instruction set
// gives the same bits.
#include "core/base/vector/vector.inl"

namespace mho {

void MHO_CENTRED_UNIFORM(std::uint64_t key, float* values, std::size_t count);

namespace {

constexpr std::size_t at_once = 4 * lane_count;

/// 23 bits and a half: symmetric, never an end point, exact in float.
MHO_INLINE Vector centred(Bits bits) {
  return (__builtin_convertvector((Ints)(bits >> 9), Vector) + 0.5f) * 0x1p-23f - 0.5f;
}

/// The blocks from `first` on, one a lane. With AVX-512 in such lanes that transposing 4 x 4 numbers leaves
/// them in their order.
MHO_INLINE void fill_some(std::uint64_t key, std::uint64_t first, float* values) {
#if defined(__AVX512F__)
  const Bits order = (lane_numbers() & 3u) * 4u + (lane_numbers() >> 2);
#else
  const Bits order = lane_numbers();
#endif
  Bits bits[4];
  philox(key, order + static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first >> 32), 0, bits);
#if defined(__AVX512F__)
  const __m512i a = _mm512_unpacklo_epi32((__m512i)bits[0], (__m512i)bits[1]);
  const __m512i b = _mm512_unpacklo_epi32((__m512i)bits[2], (__m512i)bits[3]);
  const __m512i c = _mm512_unpackhi_epi32((__m512i)bits[0], (__m512i)bits[1]);
  const __m512i d = _mm512_unpackhi_epi32((__m512i)bits[2], (__m512i)bits[3]);
  store(values, centred((Bits)_mm512_unpacklo_epi64(a, b)));
  store(values + 16, centred((Bits)_mm512_unpackhi_epi64(a, b)));
  store(values + 32, centred((Bits)_mm512_unpacklo_epi64(c, d)));
  store(values + 48, centred((Bits)_mm512_unpackhi_epi64(c, d)));
#else
  for (int j = 0; j < 4; ++j) {
    const Vector numbers = centred(bits[j]);
    for (int lane = 0; lane < lane_count; ++lane) values[4 * lane + j] = numbers[lane];
  }
#endif
}

}  // namespace

void MHO_CENTRED_UNIFORM(std::uint64_t key, float* values, std::size_t count) {
  std::size_t i = 0;
  for (; i + at_once <= count; i += at_once) fill_some(key, i / 4, values + i);
  if (i == count) return;
  float last[at_once];
  fill_some(key, i / 4, last);
  for (std::size_t j = 0; i + j < count; ++j) values[i + j] = last[j];
}

}  // namespace mho
