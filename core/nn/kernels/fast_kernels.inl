// SPDX-License-Identifier: Apache-2.0
// The fast kernels, written once on vectors (core/base/vector/vector.inl, whose rules hold here too) and
// compiled once for each instruction set.
//
// Products and weight gradients are direct convolutions: a tile of P pixels x B vectors of columns stays in
// registers while the loop runs over the matrix rows; inputs are broadcast from memory (reference
// performance.md, section 1).
#include "core/base/vector/vector.inl"
#include "core/nn/kernels/kernels.hpp"

namespace mho {
namespace {

// Pixels that a tile of one and of two vectors may have, so that it fits the registers (32, 16 and 16).
#if defined(__AVX512F__)
constexpr int kMaxPixels1 = 16, kMaxPixels2 = 12;
#elif defined(__AVX2__)
constexpr int kMaxPixels1 = 12, kMaxPixels2 = 6;
#else
constexpr int kMaxPixels1 = 8, kMaxPixels2 = 4;
#endif

// ---- Matrix products

struct Tile {
  const MatrixProduct* m;
  const float* x;
  float* y;
  int column;             ///< first of the tile
  std::uint32_t counter;  ///< of the tile's noise, unique in the output
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
  // Four pixels a pointer: base + {0, 1, 2, 3} steps is an x86 address each, so all pixels fit the registers.
  constexpr int kBases = (P + 3) / 4;
  const std::ptrdiff_t step = m.x_pixel * 4, steps[4] = {0, step, 2 * step, 3 * step};
  Vector acc[P][B];
#pragma GCC unroll 16
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 2
    for (int b = 0; b < B; ++b) acc[p][b] = Vector{};
  for (int r = 0; r < m.run_count; ++r) {
    const char* x[kBases];
    for (int q = 0; q < kBases; ++q)
      x[q] = reinterpret_cast<const char*>(t.x + m.runs[r].offset) + q * 4 * step;
    const float* w = m.w + static_cast<std::ptrdiff_t>(m.runs[r].row) * m.w_row + t.column;
    for (int j = m.runs[r].length; j > 0; --j, w += m.w_row) {
      Vector wv[B];
#pragma GCC unroll 2
      for (int b = 0; b < B; ++b) wv[b] = load(w + b * kLanes);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const Vector xv = spread(*reinterpret_cast<const float*>(x[p / 4] + steps[p % 4]));
#pragma GCC unroll 2
        for (int b = 0; b < B; ++b) acc[p][b] += xv * wv[b];
      }
#pragma GCC unroll 4
      for (int q = 0; q < kBases; ++q) x[q] += 4;
    }
  }
  add_noise_and_convert<P, B>(m.stage, t.counter, acc);
#pragma GCC unroll 2
  for (int b = 0; b < B; ++b) {
    const int column = t.column + b * kLanes, count = min_of(kLanes, m.columns - column);
    if (count <= 0) break;
    const bool full = count == kLanes;
    const Vector one = spread(1.0f);
    const Vector scale = !m.stage.scale ? one
                         : full         ? load(m.stage.scale + column)
                                        : load_some(m.stage.scale + column, count);
    const Vector bias = !m.stage.bias ? Vector{}
                        : full        ? load(m.stage.bias + column)
                                      : load_some(m.stage.bias + column, count);
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
      const Tile tile{&m, m.x + h * m.x_row + begin * m.x_pixel, m.y + h * m.y_row + begin * m.y_pixel,
                      column, counter};
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

// ---- Weight gradients

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

// ---- Depthwise convolutions: vectors run over channels

/// Calls body(first channel, count) for each vector of channels; count < kLanes only in the last.
template <class Body>
MHO_INLINE void for_channels(int channels, Body body) {
  int c = 0;
  for (; c + kLanes <= channels; c += kLanes) body(c, kLanes);
  if (c < channels) body(c, channels - c);
}
MHO_INLINE Vector load_count(const float* p, int count) {
  return count == kLanes ? load(p) : load_some(p, count);
}
MHO_INLINE void store_count(float* p, Vector v, int count) {
  if (count == kLanes)
    store(p, v);
  else
    store_some(p, v, count);
}

/// Taps as offsets into the padded image; Taps > 0 fixes their number, so that all weights stay in registers.
template <int Taps>
MHO_INLINE void depthwise_rows(const Depthwise& d, const std::ptrdiff_t* offsets, int taps, const float* x,
                               const float* w, float* y, int count) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(d.stride_width) * d.channels;
  Vector weights[Taps > 0 ? Taps : 1];
  for (int t = 0; t < Taps; ++t) weights[t] = load_count(w + t * d.channels, count);
  for (int h = 0; h < d.height; ++h) {
    const float* in = x + h * d.stride_height * row;
    for (int p = 0; p < d.width; ++p, in += step, y += d.channels) {
      Vector sum{};
      if (Taps > 0) {
#pragma GCC unroll 9
        for (int t = 0; t < Taps; ++t) sum += load_count(in + offsets[t], count) * weights[t];
      } else {
        for (int t = 0; t < taps; ++t)
          sum += load_count(in + offsets[t], count) * load_count(w + t * d.channels, count);
      }
      store_count(y, sum, count);
    }
  }
}

constexpr int kMostTaps = 256;

MHO_INLINE int find_taps(const Depthwise& d, std::ptrdiff_t* offsets) {
  for (int a = 0; a < d.kernel_height; ++a)
    for (int b = 0; b < d.kernel_width; ++b)
      offsets[a * d.kernel_width + b] = (static_cast<std::ptrdiff_t>(a) * d.padded_width + b) * d.channels;
  return d.kernel_height * d.kernel_width;
}

void depthwise(const Depthwise& d, const float* x, const float* w, float* y) {
  std::ptrdiff_t offsets[kMostTaps];
  const int taps = find_taps(d, offsets);
  for_channels(d.channels, [&](int c, int count) {
    if (taps == 9)
      depthwise_rows<9>(d, offsets, taps, x + c, w + c, y + c, count);
    else
      depthwise_rows<0>(d, offsets, taps, x + c, w + c, y + c, count);
  });
}

void depthwise_backward(const Depthwise& d, const float* dy, const float* w, float* dx) {
  std::ptrdiff_t offsets[kMostTaps];
  const int taps = find_taps(d, offsets);
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  for_channels(d.channels, [&](int c, int count) {
    const float* g = dy + c;
    for (int h = 0; h < d.height; ++h) {
      float* out = dx + h * d.stride_height * row + c;
      for (int p = 0; p < d.width; ++p, out += d.stride_width * d.channels, g += d.channels) {
        const Vector gv = load_count(g, count);
        for (int t = 0; t < taps; ++t)
          store_count(out + offsets[t],
                      load_count(out + offsets[t], count) + gv * load_count(w + t * d.channels + c, count),
                      count);
      }
    }
  });
}

/// As depthwise_rows: with Taps fixed, all sums stay in registers over the whole image.
template <int Taps>
MHO_INLINE void depthwise_gradient_rows(const Depthwise& d, const std::ptrdiff_t* offsets, const float* x,
                                        const float* dy, float* dw, int count) {
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(d.padded_width) * d.channels;
  Vector sums[Taps];
  for (int t = 0; t < Taps; ++t) sums[t] = load_count(dw + t * d.channels, count);
  for (int h = 0; h < d.height; ++h) {
    const float* in = x + h * d.stride_height * row;
    for (int p = 0; p < d.width; ++p, in += d.stride_width * d.channels, dy += d.channels) {
      const Vector g = load_count(dy, count);
#pragma GCC unroll 9
      for (int t = 0; t < Taps; ++t) sums[t] += load_count(in + offsets[t], count) * g;
    }
  }
  for (int t = 0; t < Taps; ++t) store_count(dw + t * d.channels, sums[t], count);
}

void depthwise_gradient(const Depthwise& d, const float* x, const float* dy, float* dw) {
  std::ptrdiff_t offsets[kMostTaps];
  const int taps = find_taps(d, offsets);
  for_channels(d.channels, [&](int c, int count) {
    if (taps == 9) return depthwise_gradient_rows<9>(d, offsets, x + c, dy + c, dw + c, count);
    for (int t = 0; t < taps; ++t)
      depthwise_gradient_rows<1>(d, offsets + t, x + c, dy + c, dw + t * d.channels + c, count);
  });
}

// ---- Elementwise

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

void affine(const float* y, int pixels, int channels, const float* scale, const float* shift,
            const float* residual, float floor, float* z) {
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

void affine_backward(const float* dz, const float* y, int pixels, int channels, const float* a,
                     const float* b, const float* c, float* dy) {
  for_channels(channels, [&](int k, int count) {
    const Vector av = load_count(a + k, count), bv = load_count(b + k, count), cv = load_count(c + k, count);
    for (int p = 0; p < pixels; ++p) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(p) * channels + k;
      store_count(dy + i, av * load_count(dz + i, count) + (bv * load_count(y + i, count) + cv), count);
    }
  });
}

/// Calls body(first, count) for each vector of a plain array.
template <class Body>
MHO_INLINE void for_vectors(std::size_t size, Body body) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) body(i, kLanes);
  if (i < size) body(i, static_cast<int>(size - i));
}

void add(const float* x, std::size_t size, float* y) {
  for_vectors(size, [&](std::size_t i, int count) {
    store_count(y + i, load_count(y + i, count) + load_count(x + i, count), count);
  });
}

void relu(const float* x, std::size_t size, float* y) {
  for_vectors(size, [&](std::size_t i, int count) {
    store_count(y + i, larger(load_count(x + i, count), Vector{}), count);
  });
}

void relu_backward(const float* y, const float* dy, std::size_t size, float* dx) {
  for_vectors(size, [&](std::size_t i, int count) {
    const Vector g = load_count(y + i, count) > 0.0f ? load_count(dy + i, count) : Vector{};
    store_count(dx + i, load_count(dx + i, count) + g, count);
  });
}

/// A 16 x 16 block goes through a buffer in the first-level cache: rows are read and written whole.
void transpose(const float* from, std::ptrdiff_t from_row, int rows, int columns, const float* scale,
               float factor, float* to, std::ptrdiff_t to_row) {
  constexpr int kBlock = 16;
  float block[kBlock][kBlock] = {};
  for (int r = 0; r < rows; r += kBlock)
    for (int c = 0; c < columns; c += kBlock) {
      const int high = min_of(kBlock, rows - r), wide = min_of(kBlock, columns - c);
      for (int i = 0; i < high; ++i)
        for (int j = 0; j < wide; ++j) block[j][i] = from[(r + i) * from_row + c + j];
      for (int j = 0; j < wide; ++j) {
        const Vector times = spread(scale ? scale[c + j] * factor : factor);
        for (int i = 0; i < high; i += kLanes)
          store_count(to + (c + j) * to_row + r + i, load(block[j] + i) * times, min_of(kLanes, high - i));
      }
    }
}

/// The real pixels that an output pixel sees, as Pooling cuts them.
struct Window {
  int row0, row1, column0, column1;
};
MHO_INLINE Window window_of(const Pooling& p, int h, int w) {
  const int row = h * p.stride_height - p.top, column = w * p.stride_width - p.left;
  const int row1 = min_of(row + p.kernel_height, p.input_height);
  const int column1 = min_of(column + p.kernel_width, p.input_width);
  return {row > 0 ? row : 0, row1, column > 0 ? column : 0, column1};
}

/// Calls body(offset of the first channel) for each real pixel of an output pixel's window, row-major.
template <class Body>
MHO_INLINE void for_window(const Pooling& p, const Window& seen, Body body) {
  for (int r = seen.row0; r < seen.row1; ++r)
    for (int c = seen.column0; c < seen.column1; ++c)
      body((static_cast<std::ptrdiff_t>(r) * p.input_width + c) * p.channels);
}

void max_pool(const Pooling& p, const float* x, float* y) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, y += p.channels) {
      const Window seen = window_of(p, h, w);
      for_channels(p.channels, [&](int c, int count) {
        Vector most = spread(-3.402823466e38f);
        for_window(p, seen, [&](std::ptrdiff_t at) { most = larger(load_count(x + at + c, count), most); });
        store_count(y + c, most, count);
      });
    }
}

/// Of equal maxima the first in row-major order gets the gradient.
void max_pool_backward(const Pooling& p, const float* x, const float* y, const float* dy, float* dx) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, y += p.channels, dy += p.channels) {
      const Window seen = window_of(p, h, w);
      for_channels(p.channels, [&](int c, int count) {
        const Vector most = load_count(y + c, count);
        Vector rest = load_count(dy + c, count);
        for_window(p, seen, [&](std::ptrdiff_t at) {
          const Ints here = load_count(x + at + c, count) == most;
          store_count(dx + at + c, load_count(dx + at + c, count) + (here ? rest : Vector{}), count);
          rest = here ? Vector{} : rest;
        });
      });
    }
}

void average_pool(const Pooling& p, const float* x, float* y) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, y += p.channels) {
      const Window seen = window_of(p, h, w);
      const float share = 1.0f / static_cast<float>((seen.row1 - seen.row0) * (seen.column1 - seen.column0));
      for_channels(p.channels, [&](int c, int count) {
        Vector sum{};
        for_window(p, seen, [&](std::ptrdiff_t at) { sum += load_count(x + at + c, count); });
        store_count(y + c, sum * share, count);
      });
    }
}

void average_pool_backward(const Pooling& p, const float* dy, float* dx) {
  for (int h = 0; h < p.height; ++h)
    for (int w = 0; w < p.width; ++w, dy += p.channels) {
      const Window seen = window_of(p, h, w);
      const float share = 1.0f / static_cast<float>((seen.row1 - seen.row0) * (seen.column1 - seen.column0));
      for_channels(p.channels, [&](int c, int count) {
        const Vector g = load_count(dy + c, count) * share;
        for_window(p, seen, [&](std::ptrdiff_t at) {
          store_count(dx + at + c, load_count(dx + at + c, count) + g, count);
        });
      });
    }
}

}  // namespace

extern const Kernels MHO_KERNEL_SET;
const Kernels MHO_KERNEL_SET{MHO_KERNEL_NAME,
                             product,
                             gradient,
                             transpose,
                             depthwise,
                             depthwise_backward,
                             depthwise_gradient,
                             quantise,
                             channel_sums,
                             affine,
                             affine_backward_sums,
                             affine_backward,
                             add,
                             relu,
                             relu_backward,
                             max_pool,
                             max_pool_backward,
                             average_pool,
                             average_pool_backward};

}  // namespace mho
