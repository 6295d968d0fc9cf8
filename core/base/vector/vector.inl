// SPDX-License-Identifier: Apache-2.0
// Vectors of floats on GCC's vector types, and Gaussian numbers on them. Included by files that are compiled
// once for each instruction set (cmake/targets.cmake); everything is in an anonymous namespace and nothing of
// the standard library is called: an inline function that the linker shares between differently flagged files
// would crash older processors.
#pragma once
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#if !defined(__clang__)
// GCC 12's own headers trip this inside its intrinsics.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#endif

#include <cstddef>
#include <cstdint>
#include <utility>

#if defined(__AVX512F__)
#include "core/base/vector/normal_quantile.inl"
#include "core/base/vector/short_normals.inl"
#endif

namespace mho {
namespace {

#if defined(__AVX512F__)
constexpr int lane_count = 16;
#elif defined(__AVX2__)
constexpr int lane_count = 8;
#else
constexpr int lane_count = 4;
#endif

typedef float Vector __attribute__((vector_size(lane_count * 4)));
typedef float Unaligned __attribute__((vector_size(lane_count * 4), aligned(4)));
typedef std::uint32_t Bits __attribute__((vector_size(lane_count * 4)));
typedef std::int32_t Ints __attribute__((vector_size(lane_count * 4)));

#define MHO_INLINE inline __attribute__((always_inline))

template <auto From, std::size_t... Lane>
MHO_INLINE Vector shuffle_lanes(Vector a, Vector b, std::index_sequence<Lane...>) {
  return __builtin_shufflevector(a, b, From(static_cast<int>(Lane))...);
}
/// Lane i is lane From(i) of `a`, or of `b` from lane_count on. From is constant: clang has no other form.
template <auto From>
MHO_INLINE Vector shuffle(Vector a, Vector b) {
  return shuffle_lanes<From>(a, b, std::make_index_sequence<lane_count>());
}

MHO_INLINE Vector load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
MHO_INLINE void store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
/// All lanes v. Minus, because v - 0 is v for every v while v + 0 is not for -0: it compiles to a broadcast
/// alone.
MHO_INLINE Vector spread(float v) { return v - Vector{}; }
MHO_INLINE Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
MHO_INLINE Vector larger(Vector a, Vector b) { return a > b ? a : b; }
MHO_INLINE int min_of(int a, int b) { return a < b ? a : b; }

// The first `count` lanes, count in [0, lane_count]; the others read as zero and are not written.
#if defined(__AVX512F__)
MHO_INLINE __mmask16 lanes_below(int count) { return static_cast<__mmask16>((1u << count) - 1); }
MHO_INLINE Vector load_some(const float* p, int count) {
  return _mm512_maskz_loadu_ps(lanes_below(count), p);
}
MHO_INLINE void store_some(float* p, Vector v, int count) { _mm512_mask_storeu_ps(p, lanes_below(count), v); }
#elif defined(__AVX2__)
MHO_INLINE __m256i lanes_below(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
MHO_INLINE Vector load_some(const float* p, int count) { return _mm256_maskload_ps(p, lanes_below(count)); }
MHO_INLINE void store_some(float* p, Vector v, int count) { _mm256_maskstore_ps(p, lanes_below(count), v); }
#else
MHO_INLINE Vector load_some(const float* p, int count) {
  Vector v{};
  for (int i = 0; i < count; ++i) v[i] = p[i];
  return v;
}
MHO_INLINE void store_some(float* p, Vector v, int count) {
  for (int i = 0; i < count; ++i) p[i] = v[i];
}
#endif

/// Nearest whole number, ties to even, for |v| < 2^22: adding 1.5 * 2^23 leaves no bits for a fraction.
MHO_INLINE Vector nearest(Vector v) { return (v + 12582912.0f) - 12582912.0f; }

MHO_INLINE Vector root(Vector v) {
#if defined(__AVX512F__)
  return _mm512_sqrt_ps(v);
#elif defined(__AVX2__)
  return _mm256_sqrt_ps(v);
#else
  for (int i = 0; i < lane_count; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

// ---- Gaussian numbers: Philox4x32 and Box-Muller, four vectors a block

struct Product64 {
  Bits low, high;
};
MHO_INLINE Product64 multiply(Bits a, std::uint32_t m) {
#if defined(__AVX512F__)
  const __m512i x = (__m512i)a, y = _mm512_set1_epi32(static_cast<int>(m));
  const __m512i even = _mm512_mul_epu32(x, y), odd = _mm512_mul_epu32(_mm512_srli_epi64(x, 32), y);
  return {(Bits)_mm512_mask_mov_epi32(even, 0xAAAA, _mm512_slli_epi64(odd, 32)),
          (Bits)_mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd)};
#elif defined(__AVX2__)
  const __m256i x = (__m256i)a, y = _mm256_set1_epi32(static_cast<int>(m));
  const __m256i even = _mm256_mul_epu32(x, y), odd = _mm256_mul_epu32(_mm256_srli_epi64(x, 32), y);
  return {(Bits)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA),
          (Bits)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA)};
#else
  Product64 p{};
  for (int i = 0; i < lane_count; ++i) {
    const std::uint64_t v = std::uint64_t{a[i]} * m;
    p.low[i] = static_cast<std::uint32_t>(v);
    p.high[i] = static_cast<std::uint32_t>(v >> 32);
  }
  return p;
#endif
}

/// Natural logarithm of v in (0, 1], 1 ulp or so (Cephes' polynomial).
MHO_INLINE Vector logarithm(Vector v) {
  Bits b = (Bits)v;
  b += 0x3f800000u - 0x3f3504f3u;
  const Vector e = __builtin_convertvector((Ints)(b >> 23) - 127, Vector);
  b = (b & 0x7fffffu) + 0x3f3504f3u;
  const Vector f = (Vector)b - 1.0f;
  Vector q = f * 7.0376836292e-2f - 1.1514610310e-1f;
  q = q * f + 1.1676998740e-1f;
  q = q * f - 1.2420140846e-1f;
  q = q * f + 1.4249322787e-1f;
  q = q * f - 1.6668057665e-1f;
  q = q * f + 2.0000714765e-1f;
  q = q * f - 2.4999993993e-1f;
  q = q * f + 3.3333331174e-1f;
  const Vector f2 = f * f;
  return q * f2 * f - 0.5f * f2 + f + e * 0.69314718f;
}

/// Two vectors of normals from two of random bits. The angle is an octant (30 bits) and three bits for its
/// mirror images.
MHO_INLINE void box_muller(Bits a, Bits b, Vector& n0, Vector& n1) {
  const Vector u = __builtin_convertvector((Ints)(a >> 1), Vector) * 0x1p-31f + 0x1p-32f;
  const Vector radius = root(-2.0f * logarithm(u));
  const Vector t = __builtin_convertvector((Ints)(b << 2), Vector) * (0.78539816f * 0x1p-31f);
  const Vector t2 = t * t;
  const Vector sine = ((t2 * -1.9515295891e-4f + 8.3321608736e-3f) * t2 - 1.6666654611e-1f) * t2 * t + t;
  const Vector cosine =
      (((t2 * 2.443315711809948e-5f - 1.388731625493765e-3f) * t2 + 4.166664568298827e-2f) * t2 - 0.5f) * t2 +
      1.0f;
  const Ints swap = (b & 0x40000000u) != 0u;
  const Vector x = swap ? sine : cosine, y = swap ? cosine : sine;
  n0 = radius * (Vector)((Bits)x ^ (b & 0x80000000u));
  n1 = radius * (Vector)((Bits)y ^ (b << 31));
}

MHO_INLINE Bits lane_numbers() {
  Bits lanes{};
  for (int i = 0; i < lane_count; ++i) lanes[i] = static_cast<std::uint32_t>(i);
  return lanes;
}

/// Philox4x32-10 (Salmon et al., SC 2011) at counter (c0, c1, c2, 0).
MHO_INLINE void philox(std::uint64_t key, Bits c0, std::uint32_t c1, std::uint32_t c2, Bits out[4]) {
  Bits a = c0, b = Bits{} + c1, c = Bits{} + c2, d = Bits{};
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const Product64 p = multiply(a, 0xD2511F53u), q = multiply(c, 0xCD9E8D57u);
    a = q.high ^ b ^ k0;
    b = q.low;
    c = p.high ^ d ^ k1;
    d = p.low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

#if defined(__AVX512F__)
/// Normals from random bits by inversion, the largest 6.2: a sign and a 30-bit probability, whose quantile is
/// a polynomial of the mantissa for each octave (errors below 4e-5). A third less time than Box-Muller where
/// one instruction looks up 32 numbers.
MHO_INLINE Vector normal_quantile(Bits random) {
  const Bits p = (Bits) __builtin_convertvector((Ints)((random & 0x7fffffffu) | 1u), Vector);  // times 2^-31
  const Vector t = (Vector)((p & 0x7fffffu) | 0x3f800000u);
  const __m512i octave = (__m512i)(p >> 23);  // the look-up takes it modulo 32
  const auto factor = [&](int d) {
    return _mm512_permutex2var_ps(_mm512_load_ps(normal_quantile_table[d]), octave,
                                  _mm512_load_ps(normal_quantile_table[d] + 16));
  };
  Vector x = factor(4);
#pragma GCC unroll 4
  for (int d = 3; d >= 0; --d) x = x * t + factor(d);
  return (Vector)((Bits)x ^ (random & 0x80000000u));
}
#endif

/// Where numbers are drawn in order anyway, a third of Philox's arithmetic: one xoshiro128++ (Blackman and
/// Vigna, 2021) a lane, each started at its own Philox number of (key, stream). Noise of one product is such
/// a stream.
struct NoiseStream {
  static constexpr float deviation = 1;  ///< of what normals() draws
  Bits s[4];

  MHO_INLINE void start(std::uint64_t key, std::uint32_t stream) {
    philox(key, lane_numbers(), stream, 0x6e6f6973u, s);  // "nois": apart from the counters of fill_normal
  }
  MHO_INLINE Bits next() {
    const Bits sum = s[0] + s[3];
    const Bits result = ((sum << 7) | (sum >> 25)) + s[0];
    const Bits t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >> 21);
    return result;
  }
  MHO_INLINE void normals(Vector& n0, Vector& n1) {
    const Bits a = next(), b = next();
#if defined(__AVX512F__)
    n0 = normal_quantile(a);
    n1 = normal_quantile(b);
#else
    box_muller(a, b, n0, n1);
#endif
  }
};

#if defined(__AVX512BW__)
/// A stream whose normals are of 16 random bits each, for sums and weights of bfloat16: three of 32 numbers,
/// looked up by five bits each, added. Mean, variance and kurtosis are a normal's to 3e-5, its distribution
/// to 5e-4; the largest is 4.15 deviations. Half the time of NoiseStream (docs/decisions/0019).
struct ShortNoiseStream : NoiseStream {
  static constexpr float deviation = 65536 * short_normal_deviation;

  MHO_INLINE void normals(Vector& n0, Vector& n1) {
    const __m512i random = (__m512i)next();
    const auto addend = [&](int table, __m512i index) {  // the look-up takes it modulo 32
      return _mm512_permutexvar_epi16(index, _mm512_load_si512(short_normal_table[table]));
    };
    const __m512i pairs =
        _mm512_add_epi16(_mm512_add_epi16(addend(0, random), addend(1, _mm512_srli_epi16(random, 5))),
                         addend(2, _mm512_srli_epi16(random, 10)));
    n0 = _mm512_cvtepi32_ps(_mm512_slli_epi32(pairs, 16));
    n1 = _mm512_cvtepi32_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(-65536)));
  }
};
#endif

}  // namespace
}  // namespace mho
