// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace mho {

// Elementary functions of the device loops: without branches or calls, so that compilers turn the loops
// around them into vector code, and the same bits on every machine (the C library's differ between versions
// and processors).

inline float larger(float a, float b) { return a < b ? b : a; }
inline float smaller(float a, float b) { return a < b ? a : b; }

/// `value` clipped to [low, high], low >= 0. Compared as whole numbers, whose order is the same for these
/// bounds: of two float comparisons in a row the second would be made a branch, because it might raise an
/// exception.
inline float clip(float value, float low, float high) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  const auto low_bits = std::bit_cast<std::int32_t>(low), high_bits = std::bit_cast<std::int32_t>(high);
  const auto above = bits < low_bits ? low_bits : bits;
  return std::bit_cast<float>(above < high_bits ? above : high_bits);
}

/// e^x for x in [-87, 88] (unspecified beyond), relative error below 2e-7. Range reduction to |r| <= ln(2)/2
/// in two pieces and a polynomial of degree 6 (Cephes, expf).
inline float vector_exp(float x) {
  constexpr float round_shift = 0x1.8p23f;  // adding it rounds to a whole number
  const float n = (x * 1.44269504f + round_shift) - round_shift;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float fraction = (p * r * r + r) + 1.0f;
  return fraction *
         std::bit_cast<float>(static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23);
}

/// ln |x| for normal x, and about -88 for x = 0 (so that callers need no floor); error below 2e-7 relative
/// to max(1, |ln x|). x = m 2^e with m in [1/sqrt(2), sqrt(2)), a polynomial of degree 8 in m - 1 (Cephes,
/// logf).
inline float vector_log(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x) & 0x7fffffff;  // -0 counts as 0
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;        // 0x3f3504f3: the bits of 1/sqrt(2)
  const auto e = static_cast<float>(exponent);
  const float m = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0f;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const float square = m * m;
  const float tail = p * m * square - e * 2.12194440e-4f - 0.5f * square;
  return (m + tail) + e * 0.693359375f;
}

}  // namespace mho
