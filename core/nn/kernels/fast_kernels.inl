// SPDX-License-Identifier: Apache-2.0
// The fast kernels, written once on GCC vector types and compiled once for each instruction set (cmake/targets.cmake).
// Everything lives in an anonymous namespace and nothing of the standard library is called: an inline function that
// the linker shares between differently flagged files would crash on older processors.
//
// Products and weight gradients are direct convolutions: a tile of P pixels x B vectors of columns stays in registers
// while the loop runs over the matrix rows; inputs are broadcast from memory (reference performance.md, section 1).
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
// GCC 12's own headers trip this inside its intrinsics.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kMaxPixels1 = 16, kMaxPixels2 = 12;  // of 32 registers
#elif defined(__AVX2__)
constexpr int kLanes = 8;
constexpr int kMaxPixels1 = 12, kMaxPixels2 = 6;  // of 16 registers
#else
constexpr int kLanes = 4;
constexpr int kMaxPixels1 = 8, kMaxPixels2 = 4;
#endif

typedef float Vector __attribute__((vector_size(kLanes * 4)));
typedef float Unaligned __attribute__((vector_size(kLanes * 4), aligned(4)));
typedef std::uint32_t Bits __attribute__((vector_size(kLanes * 4)));
typedef std::int32_t Ints __attribute__((vector_size(kLanes * 4)));

#define MHO_INLINE inline __attribute__((always_inline))

MHO_INLINE Vector load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
MHO_INLINE void store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
MHO_INLINE Vector spread(float v) { return Vector{} + v; }
MHO_INLINE Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
MHO_INLINE Vector larger(Vector a, Vector b) { return a > b ? a : b; }
MHO_INLINE int min_of(int a, int b) { return a < b ? a : b; }

MHO_INLINE Vector load_some(const float* p, int count) {
  Vector v{};
  for (int i = 0; i < count; ++i) v[i] = p[i];
  return v;
}
MHO_INLINE void store_some(float* p, Vector v, int count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), v);
#else
  for (int i = 0; i < count; ++i) p[i] = v[i];
#endif
}

/// Nearest whole number, ties to even, for |v| < 2^22: adding 1.5 * 2^23 leaves no bits for a fraction.
MHO_INLINE Vector nearest(Vector v) { return (v + 12582912.0f) - 12582912.0f; }

MHO_INLINE Vector root(Vector v) {
#if defined(__AVX512F__)
  return _mm512_sqrt_ps(v);
#elif defined(__AVX2__)
  return _mm256_sqrt_ps(v);
#else
  for (int i = 0; i < kLanes; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

// ---- Gaussian numbers: Philox4x32 and Box-Muller, four vectors a block ---------------------------------------------

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
  for (int i = 0; i < kLanes; ++i) {
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

/// Two vectors of normals from two of random bits. The angle is an octant (30 bits) and three bits for its mirror images.
MHO_INLINE void box_muller(Bits a, Bits b, Vector& n0, Vector& n1) {
  const Vector u = __builtin_convertvector((Ints)(a >> 1), Vector) * 0x1p-31f + 0x1p-32f;
  const Vector radius = root(-2.0f * logarithm(u));
  const Vector t = __builtin_convertvector((Ints)(b << 2), Vector) * (0.78539816f * 0x1p-31f);
  const Vector t2 = t * t;
  const Vector sine = ((t2 * -1.9515295891e-4f + 8.3321608736e-3f) * t2 - 1.6666654611e-1f) * t2 * t + t;
  const Vector cosine =
      (((t2 * 2.443315711809948e-5f - 1.388731625493765e-3f) * t2 + 4.166664568298827e-2f) * t2 - 0.5f) * t2 + 1.0f;
  const Ints swap = (b & 0x40000000u) != 0u;
  const Vector x = swap ? sine : cosine, y = swap ? cosine : sine;
  n0 = radius * (Vector)((Bits)x ^ (b & 0x80000000u));
  n1 = radius * (Vector)((Bits)y ^ (b << 31));
}

/// Four vectors of normals at counter (c0 + lane, c1, c2, 0). `Rounds` 10 is the published default; 7 is the fewest
/// that still passes BigCrush (Salmon et al., SC 2011, table 2) and serves the per-read output noise.
template <int Rounds>
MHO_INLINE void normals(std::uint64_t key, Bits c0, std::uint32_t c1, std::uint32_t c2, Vector out[4]) {
  Bits a = c0, b = Bits{} + c1, c = Bits{} + c2, d = Bits{};
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < Rounds; ++round) {
    const Product64 p = multiply(a, 0xD2511F53u), q = multiply(c, 0xCD9E8D57u);
    a = q.high ^ b ^ k0;
    b = q.low;
    c = p.high ^ d ^ k1;
    d = p.low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  box_muller(a, b, out[0], out[1]);
  box_muller(c, d, out[2], out[3]);
}

MHO_INLINE Bits lane_numbers() {
  Bits lanes{};
  for (int i = 0; i < kLanes; ++i) lanes[i] = static_cast<std::uint32_t>(i);
  return lanes;
}

/// Blocks of 64 numbers whatever the vector length: number (block, quarter q of 4, lane l of 16) is normal q of counter
/// 16 * block + l.
void fill_normal(std::uint64_t key, std::uint64_t offset, float* values, std::size_t count) {
  for (std::size_t start = 0; start < count; start += 64) {
    float block[64];
    const std::uint64_t first = (offset + start) / 4;
    for (int part = 0; part < 16; part += kLanes) {
      Vector n[4];
      const Bits counter = lane_numbers() + static_cast<std::uint32_t>(first + static_cast<std::uint64_t>(part));
      normals<10>(key, counter, static_cast<std::uint32_t>(first >> 32), 0, n);
      for (int q = 0; q < 4; ++q) store(block + q * 16 + part, n[q]);
    }
    const std::size_t size = count - start < 64 ? count - start : 64;
    __builtin_memcpy(values + start, block, size * sizeof(float));
  }
}

// ---- Matrix products -----------------------------------------------------------------------------------------------

struct Tile {
  const MatrixProduct* m;
  const float* x;
  float* y;
  int column;            ///< first of the tile
  std::uint32_t counter; ///< of the tile's noise, unique in the output
};

template <int P, int B>
MHO_INLINE void add_noise_and_convert(const OutputStage& stage, std::uint32_t counter, Vector (&acc)[P][B]) {
  Vector* flat = &acc[0][0];
  if (stage.noise > 0) {
#pragma GCC unroll 8
    for (int k = 0; k < P * B; k += 4) {
      Vector n[4];
      normals<7>(stage.key, lane_numbers(), counter + static_cast<std::uint32_t>(k / 4), stage.stream, n);
      for (int q = 0; q < 4 && k + q < P * B; ++q) flat[k + q] += n[q] * stage.noise;
    }
  }
  if (stage.adc_step > 0) {
    const float inverse = 1.0f / stage.adc_step;
    const Vector limit = spread(stage.adc_limit);
#pragma GCC unroll 32
    for (int k = 0; k < P * B; ++k)
      flat[k] = larger(smaller(nearest(flat[k] * inverse) * stage.adc_step, limit), -limit);
  }
}

template <int P, int B>
void product_tile(const Tile& t) {
  const MatrixProduct& m = *t.m;
  const std::ptrdiff_t step = m.x_pixel;
  Vector acc[P][B];
#pragma GCC unroll 16
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
    for (int b = 0; b < B; ++b) acc[p][b] = Vector{};
  for (int r = 0; r < m.run_count; ++r) {
    const float* x = t.x + m.runs[r].offset;
    const float* w = m.w + static_cast<std::ptrdiff_t>(m.runs[r].row) * m.w_row + t.column;
    for (int j = 0; j < m.runs[r].length; ++j, w += m.w_row) {
      Vector wv[B];
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) wv[b] = load(w + b * kLanes);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const Vector xv = spread(x[p * step + j]);
#pragma GCC unroll 2
        for (int b = 0; b < B; ++b) acc[p][b] += xv * wv[b];
      }
    }
  }
  add_noise_and_convert<P, B>(m.stage, t.counter, acc);
#pragma GCC unroll 2
  for (int b = 0; b < B; ++b) {
    const int column = t.column + b * kLanes, count = min_of(kLanes, m.columns - column);
    if (count <= 0) break;
    const bool full = count == kLanes;
    const Vector one = spread(1.0f);
    const Vector scale = !m.stage.scale ? one : full ? load(m.stage.scale + column) : load_some(m.stage.scale + column, count);
    const Vector bias = !m.stage.bias ? Vector{} : full ? load(m.stage.bias + column) : load_some(m.stage.bias + column, count);
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p) {
      float* y = t.y + p * m.y_pixel + column;
      Vector v = acc[p][b] * scale + bias;
      if (full) {
        if (m.stage.accumulate) v += load(y);
        store(y, v);
      } else {
        if (m.stage.accumulate) v += load_some(y, count);
        store_some(y, v, count);
      }
    }
  }
}

using TileFunction = void (*)(const Tile&);
template <int B, int... P>
struct TileTable {
  static constexpr TileFunction functions[] = {product_tile<P, B>...};
};
#if defined(__AVX512F__)
using Tiles1 = TileTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16>;
using Tiles2 = TileTable<2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
#elif defined(__AVX2__)
using Tiles1 = TileTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Tiles2 = TileTable<2, 1, 2, 3, 4, 5, 6>;
#else
using Tiles1 = TileTable<1, 1, 2, 3, 4, 5, 6, 7, 8>;
using Tiles2 = TileTable<2, 1, 2, 3, 4>;
#endif

/// One column block over all pixels, rows cut into tiles of nearly equal width.
void product_columns(const MatrixProduct& m, int column, int vectors, std::uint32_t& counter) {
  const int most = vectors == 2 ? kMaxPixels2 : kMaxPixels1;
  const TileFunction* table = vectors == 2 ? Tiles2::functions : Tiles1::functions;
  const int tiles = (m.width + most - 1) / most;
  for (int h = 0; h < m.height; ++h)
    for (int k = 0; k < tiles; ++k) {
      const int begin = k * m.width / tiles, end = (k + 1) * m.width / tiles;
      const Tile tile{&m, m.x + h * m.x_row + begin * m.x_pixel, m.y + h * m.y_row + begin * m.y_pixel, column, counter};
      table[end - begin - 1](tile);
      counter += 8;  // a tile has at most 24 vectors, four to a counter
    }
}

void product(const MatrixProduct& m) {
  std::uint32_t counter = 0;
  for (int column = 0; column < m.columns;) {
    const int vectors = m.columns - column > kLanes ? 2 : 1;
    product_columns(m, column, vectors, counter);
    column += vectors * kLanes;
  }
}

// ---- Weight gradients ----------------------------------------------------------------------------------------------

struct GradientTile {
  const MatrixGradient* m;
  const float* x;
  const float* g;
  float* w;
};

/// I matrix rows x B vectors of columns, summed over all pixels in registers.
template <int I, int B>
void gradient_tile(const GradientTile& t) {
  const MatrixGradient& m = *t.m;
  Vector acc[I][B];
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 2
    for (int b = 0; b < B; ++b) acc[i][b] = load(t.w + i * m.w_row + b * kLanes);
  for (int h = 0; h < m.height; ++h) {
    const float *x = t.x + h * m.x_row, *g = t.g + h * m.g_row;
    for (int p = 0; p < m.width; ++p, x += m.x_pixel, g += m.g_pixel) {
      Vector gv[B];
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) gv[b] = load(g + b * kLanes);
#pragma GCC unroll 16
      for (int i = 0; i < I; ++i) {
        const Vector xv = spread(x[i]);
#pragma GCC unroll 2
        for (int b = 0; b < B; ++b) acc[i][b] += xv * gv[b];
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 2
    for (int b = 0; b < B; ++b) store(t.w + i * m.w_row + b * kLanes, acc[i][b]);
}

using GradientFunction = void (*)(const GradientTile&);
template <int B, int... I>
struct GradientTable {
  static constexpr GradientFunction functions[] = {gradient_tile<I, B>...};
};
#if defined(__AVX512F__)
using Gradients1 = GradientTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16>;
using Gradients2 = GradientTable<2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
#elif defined(__AVX2__)
using Gradients1 = GradientTable<1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Gradients2 = GradientTable<2, 1, 2, 3, 4, 5, 6>;
#else
using Gradients1 = GradientTable<1, 1, 2, 3, 4, 5, 6, 7, 8>;
using Gradients2 = GradientTable<2, 1, 2, 3, 4>;
#endif

void gradient(const MatrixGradient& m) {
  for (int column = 0; column < m.columns;) {
    const int vectors = m.columns - column > kLanes ? 2 : 1;
    const int most = vectors == 2 ? kMaxPixels2 : kMaxPixels1;
    const GradientFunction* table = vectors == 2 ? Gradients2::functions : Gradients1::functions;
    for (int r = 0; r < m.run_count; ++r) {
      const int length = m.runs[r].length, tiles = (length + most - 1) / most;
      for (int k = 0; k < tiles; ++k) {
        const int begin = k * length / tiles, end = (k + 1) * length / tiles;
        table[end - begin - 1]({&m, m.x + m.runs[r].offset + begin, m.g + column,
                                m.w + static_cast<std::ptrdiff_t>(m.runs[r].row + begin) * m.w_row + column});
      }
    }
    column += vectors * kLanes;
  }
}

// ---- Depthwise convolutions: vectors run over channels ------------------------------------------------------------

/// Calls body(first channel, count) for each vector of channels; count < kLanes only in the last.
template <class Body>
MHO_INLINE void for_channels(int channels, Body body) {
  int c = 0;
  for (; c + kLanes <= channels; c += kLanes) body(c, kLanes);
  if (c < channels) body(c, channels - c);
}
MHO_INLINE Vector load_count(const float* p, int count) { return count == kLanes ? load(p) : load_some(p, count); }
MHO_INLINE void store_count(float* p, Vector v, int count) {
  if (count == kLanes) store(p, v);
  else store_some(p, v, count);
}

void depthwise(const Depthwise& d, const float* x, const float* w, float* y) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  for_channels(d.channels, [&](int c, int count) {
    for (int h = 0; h < d.height; ++h)
      for (int p = 0; p < d.width; ++p) {
        const float* in = x + h * d.stride_height * row + static_cast<std::ptrdiff_t>(p) * d.stride_width * d.channels + c;
        Vector sum{};
        for (int a = 0; a < d.kernel_height; ++a)
          for (int b = 0; b < d.kernel_width; ++b)
            sum += load_count(in + a * row + b * d.channels, count) *
                   load_count(w + (a * d.kernel_width + b) * d.channels + c, count);
        store_count(y + (static_cast<std::ptrdiff_t>(h) * d.width + p) * d.channels + c, sum, count);
      }
  });
}

void depthwise_backward(const Depthwise& d, const float* dy, const float* w, float* dx) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  for_channels(d.channels, [&](int c, int count) {
    for (int h = 0; h < d.height; ++h)
      for (int p = 0; p < d.width; ++p) {
        float* out = dx + h * d.stride_height * row + static_cast<std::ptrdiff_t>(p) * d.stride_width * d.channels + c;
        const Vector g = load_count(dy + (static_cast<std::ptrdiff_t>(h) * d.width + p) * d.channels + c, count);
        for (int a = 0; a < d.kernel_height; ++a)
          for (int b = 0; b < d.kernel_width; ++b) {
            float* target = out + a * row + b * d.channels;
            store_count(target, load_count(target, count) +
                                    g * load_count(w + (a * d.kernel_width + b) * d.channels + c, count), count);
          }
      }
  });
}

void depthwise_gradient(const Depthwise& d, const float* x, const float* dy, float* dw) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  for_channels(d.channels, [&](int c, int count) {
    for (int a = 0; a < d.kernel_height; ++a)
      for (int b = 0; b < d.kernel_width; ++b) {
        float* target = dw + (a * d.kernel_width + b) * d.channels + c;
        Vector sum = load_count(target, count);
        for (int h = 0; h < d.height; ++h) {
          const float* in = x + (h * d.stride_height + a) * row + static_cast<std::ptrdiff_t>(b) * d.channels + c;
          const float* g = dy + static_cast<std::ptrdiff_t>(h) * d.width * d.channels + c;
          for (int p = 0; p < d.width; ++p, in += d.stride_width * d.channels, g += d.channels)
            sum += load_count(in, count) * load_count(g, count);
        }
        store_count(target, sum, count);
      }
  });
}

// ---- Elementwise ---------------------------------------------------------------------------------------------------

void quantise(const float* x, std::size_t count, float range, float levels, float* y) {
  const float up = levels / range, down = 1.0f / levels;
  const Vector limit = spread(levels);
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Vector v = larger(smaller(load(x + i) * up, limit), -limit);
    store(y + i, nearest(v) * down);
  }
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    const Vector v = larger(smaller(load_some(x + i, rest) * up, limit), -limit);
    store_some(y + i, nearest(v) * down, rest);
  }
}

void channel_sums(const float* y, int pixels, int channels, float* sums, float* squares) {
  for_channels(channels, [&](int c, int count) {
    Vector sum{}, square{};
    const float* p = y + c;
    for (int i = 0; i < pixels; ++i, p += channels) {
      const Vector v = load_count(p, count);
      sum += v;
      square += v * v;
    }
    store_count(sums + c, load_count(sums + c, count) + sum, count);
    store_count(squares + c, load_count(squares + c, count) + square, count);
  });
}

void affine(const float* y, int pixels, int channels, const float* scale, const float* shift, const float* residual,
            float floor, float* z) {
  const Vector low = spread(floor);
  for_channels(channels, [&](int c, int count) {
    const Vector a = load_count(scale + c, count), b = load_count(shift + c, count);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c;
      Vector v = load_count(y + i, count) * a + b;
      if (residual) v += load_count(residual + i, count);
      store_count(z + i, larger(v, low), count);
    }
  });
}

void affine_backward_sums(float* dz, const float* z, const float* y, int pixels, int channels, float floor,
                          float* sums, float* products) {
  const Vector low = spread(floor);
  for_channels(channels, [&](int c, int count) {
    Vector sum{}, product_sum{};
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + c;
      const Vector g = load_count(z + i, count) > low ? load_count(dz + i, count) : Vector{};
      store_count(dz + i, g, count);
      sum += g;
      product_sum += g * load_count(y + i, count);
    }
    store_count(sums + c, load_count(sums + c, count) + sum, count);
    store_count(products + c, load_count(products + c, count) + product_sum, count);
  });
}

void affine_backward(const float* dz, const float* y, int pixels, int channels, const float* a, const float* b,
                     const float* c, float* dy) {
  for_channels(channels, [&](int k, int count) {
    const Vector av = load_count(a + k, count), bv = load_count(b + k, count), cv = load_count(c + k, count);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + k;
      store_count(dy + i, av * load_count(dz + i, count) + (bv * load_count(y + i, count) + cv), count);
    }
  });
}

}  // namespace

extern const Kernels MHO_KERNEL_SET;
const Kernels MHO_KERNEL_SET{MHO_KERNEL_NAME,    product,  gradient,     depthwise, depthwise_backward,
                             depthwise_gradient, quantise, channel_sums, affine,    affine_backward_sums,
                             affine_backward,    fill_normal};

}  // namespace mho
