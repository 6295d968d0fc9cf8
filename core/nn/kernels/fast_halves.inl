// SPDX-License-Identifier: Apache-2.0
// Floats to bfloat16 and back, a vector at a time.
#pragma once

#include "core/base/vector/vector.inl"

namespace mho {
namespace {

/// Floats rounded to bfloat16: its bits in the upper half, below them what the rounding left. Numbers below
/// 2^-126 become zero and a NaN stays one, as with VCVTNEPS2BF16.
MHO_INLINE Bits rounded(Vector v) {
  const Bits bits = (Bits)v;
  const Bits nearest_even = bits + 0x7fffu + ((bits >> 16) & 1u);
  const Bits kept = (bits & 0x7fffffffu) > 0x7f800000u ? bits | 0x400000u : nearest_even;
  return (bits & 0x7f800000u) == 0u ? bits & 0x80000000u : kept;
}

#if defined(__AVX512BF16__)
MHO_INLINE void store_halves(std::uint16_t* y, Vector v, int count) {
  _mm256_mask_storeu_epi16(y, lanes_below(count), (__m256i)_mm512_cvtneps_pbh(v));
}
MHO_INLINE Vector as_kept(Vector v) {
  return (Vector)((Bits)_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(v)) << 16);
}
MHO_INLINE Vector load_halves(const std::uint16_t* x, int count) {
  return (Vector)((Bits)_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes_below(count), x)) << 16);
}
MHO_INLINE Vector pair_up(Vector first, Vector second) {
  const Bits lanes = lane_numbers();
  const __m512i turns = (__m512i)(lanes | ((lanes + 16u) << 16));  // 0 16 1 17 2 18 ...
  return (Vector)_mm512_permutexvar_epi16(turns, (__m512i)_mm512_cvtne2ps_pbh(second, first));
}
#else
MHO_INLINE void store_halves(std::uint16_t* y, Vector v, int count) {
  const Bits bits = rounded(v);
  for (int i = 0; i < count; ++i) y[i] = static_cast<std::uint16_t>(bits[i] >> 16);
}
/// What load_halves would read where store_halves wrote v.
MHO_INLINE Vector as_kept(Vector v) { return (Vector)(rounded(v) & 0xffff0000u); }
MHO_INLINE Vector load_halves(const std::uint16_t* x, int count) {
  Bits bits{};
  for (int i = 0; i < count; ++i) bits[i] = std::uint32_t{x[i]} << 16;
  return (Vector)bits;
}
MHO_INLINE Vector pair_up(Vector first, Vector second) {
  return (Vector)((rounded(first) >> 16) | (rounded(second) & 0xffff0000u));
}
#endif

}  // namespace
}  // namespace mho
