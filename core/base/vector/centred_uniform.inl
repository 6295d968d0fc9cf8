// SPDX-License-Identifier: Apache-2.0
// MHO_CENTRED_UNIFORM is the name that the including file gives the function: numbers uniform in (-1/2, 1/2)
// from the Philox blocks of a key, block i for numbers 4 i to 4 i + 3. Exact in float: every instruction set
// gives the same bits.
#include <cstddef>
#include <cstdint>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace mho {

void MHO_CENTRED_UNIFORM(std::uint64_t key, float* values, std::size_t count);

namespace {

constexpr std::uint32_t multiplier_0 = 0xD2511F53u, multiplier_1 = 0xCD9E8D57u;
constexpr std::uint32_t weyl_0 = 0x9E3779B9u, weyl_1 = 0xBB67AE85u;
constexpr int rounds = 10;

#if defined(__AVX512F__)

constexpr std::size_t at_once = 64;

struct Product {
  __m512i high, low;
};
inline Product multiply(__m512i a, std::uint32_t multiplier) {
  const __m512i m = _mm512_set1_epi64(multiplier);
  const __m512i even = _mm512_mul_epu32(a, m), odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), m);
  return {_mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd),
          _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32))};
}

inline void store_uniform(__m512i bits, float* to) {
  const __m512 whole = _mm512_cvtepi32_ps(_mm512_srli_epi32(bits, 9));
  const __m512 half = _mm512_set1_ps(0.5f);
  _mm512_storeu_ps(to,
                   _mm512_sub_ps(_mm512_mul_ps(_mm512_add_ps(whole, half), _mm512_set1_ps(0x1p-23f)), half));
}

/// Sixteen blocks from `block` on, in lanes such that transposing 4 x 4 numbers leaves the blocks in their
/// order.
inline void fill_some(std::uint64_t key, std::uint64_t block, float* values) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  // Blocks are asked for from a multiple of 16 on: the lower half of the counter does not overflow within
  // them.
  __m512i c0 = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(block)), order);
  __m512i c1 = _mm512_set1_epi32(static_cast<int>(block >> 32)), c2 = _mm512_setzero_si512(), c3 = c2;
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < rounds; ++round, k0 += weyl_0, k1 += weyl_1) {
    const Product p0 = multiply(c0, multiplier_0), p1 = multiply(c2, multiplier_1);
    c0 = _mm512_xor_si512(_mm512_xor_si512(p1.high, c1), _mm512_set1_epi32(static_cast<int>(k0)));
    c2 = _mm512_xor_si512(_mm512_xor_si512(p0.high, c3), _mm512_set1_epi32(static_cast<int>(k1)));
    c1 = p1.low;
    c3 = p0.low;
  }
  const __m512i a = _mm512_unpacklo_epi32(c0, c1), b = _mm512_unpacklo_epi32(c2, c3);
  const __m512i c = _mm512_unpackhi_epi32(c0, c1), d = _mm512_unpackhi_epi32(c2, c3);
  store_uniform(_mm512_unpacklo_epi64(a, b), values);
  store_uniform(_mm512_unpackhi_epi64(a, b), values + 16);
  store_uniform(_mm512_unpacklo_epi64(c, d), values + 32);
  store_uniform(_mm512_unpackhi_epi64(c, d), values + 48);
}

#else

constexpr std::size_t at_once = 4;

inline void fill_some(std::uint64_t key, std::uint64_t block, float* values) {
  std::uint32_t c0 = static_cast<std::uint32_t>(block), c1 = static_cast<std::uint32_t>(block >> 32), c2 = 0,
                c3 = 0;
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < rounds; ++round, k0 += weyl_0, k1 += weyl_1) {
    const std::uint64_t p0 = std::uint64_t{multiplier_0} * c0, p1 = std::uint64_t{multiplier_1} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
  }
  const std::uint32_t bits[] = {c0, c1, c2, c3};
  // 23 bits and a half: symmetric, never an end point, exact in float.
  for (std::size_t j = 0; j < at_once; ++j)
    values[j] = (static_cast<float>(bits[j] >> 9) + 0.5f) * 0x1p-23f - 0.5f;
}

#endif

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
