// SPDX-License-Identifier: Apache-2.0
// The plain implementation of every bfloat16 kernel: what the fast ones are tested against, bit for bit.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/base/random.hpp"
#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/kernels/plain_output_stage.hpp"

namespace mho {
namespace {

std::uint32_t rounded(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return (bits | 0x400000u) >> 16;
  if (!std::isnormal(value) && !std::isinf(value)) return (bits & 0x80000000u) >> 16;
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

float from_half(std::uint32_t half) { return std::bit_cast<float>(half << 16); }

float multiply_add(float sum, std::uint32_t x, std::uint32_t w) {
  sum += from_half(x >> 16) * from_half(w >> 16);
  return sum + from_half(x & 0xffffu) * from_half(w & 0xffffu);
}

std::uint32_t slot_at(const void* at) {
  std::uint32_t slot;
  std::memcpy(&slot, at, sizeof slot);
  return slot;
}

float column_sum(const MatrixProduct& m, const std::uint16_t* x, int column) {
  float sum = 0;
  for (int r = 0; r < m.run_count; ++r)
    for (int j = 0; j < m.runs[r].length; ++j)
      sum = multiply_add(sum, slot_at(x + m.runs[r].offset + 2 * j * m.x_step),
                         slot_at(m.w + std::ptrdiff_t{m.runs[r].row + j} * m.w_row + column));
  return sum;
}

void product(const MatrixProduct& m) {
  Random random(RandomKey(m.stage.key).with("output", m.stage.stream));
  const auto* x = reinterpret_cast<const std::uint16_t*>(m.x);
  for (int h = 0; h < m.height; ++h)
    for (int p = 0; p < m.width; ++p)
      for (int c = 0; c < m.columns; ++c) {
        float& y = m.y[h * m.y_row + p * m.y_pixel + c];
        const double normal = m.stage.noise > 0 ? random.normal() : 0;
        y = plain_output(m.stage, c, column_sum(m, x + h * m.x_row + p * m.x_pixel, c), normal, y);
      }
}

void gradient(const MatrixGradient& m) {
  for (int r = 0; r < m.run_count; ++r)
    for (int j = 0; j < m.runs[r].length; ++j)
      for (int c = 0; c < m.columns; ++c) {
        float sum = 0;
        for (int h = 0; h < m.height; ++h)
          for (int p = 0; p < m.width; ++p)
            sum = multiply_add(sum, slot_at(m.x + h * m.x_row + p * m.x_pixel + m.runs[r].offset + j),
                               slot_at(m.g + h * m.g_row + p * m.g_pixel + c));
        float& w = m.w[std::ptrdiff_t{m.runs[r].row + j} * m.w_row + c];
        w = static_cast<float>((m.accumulate ? w : 0.0) + double(m.factor) * sum);
      }
}

float level(float x, float range, float levels) {
  return std::nearbyint(std::clamp(x * (levels / range), -levels, levels)) + 0.0f;  // no -0
}

void put(float* slot, float first, float second) {
  const std::uint32_t pair = rounded(first) | rounded(second) << 16;
  std::memcpy(slot, &pair, sizeof pair);
}

void round(const float* x, std::size_t count, std::uint16_t* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] = static_cast<std::uint16_t>(rounded(x[i]));
}

void quantise_levels(const float* x, std::size_t count, float range, float levels, std::uint16_t* y) {
  for (std::size_t i = 0; i < count; ++i)
    y[i] = static_cast<std::uint16_t>(rounded(level(x[i], range, levels)));
}

void round_pairs(const float* first, const float* second, std::size_t count, float divisor, float* slots) {
  const float inverse = 1.0f / divisor;
  for (std::size_t i = 0; i < count; ++i)
    put(slots + i, first[i] * inverse, second ? second[i] * inverse : 0.0f);
}

void quantise_pairs(const float* first, const float* second, std::size_t count, float range, float levels,
                    float* slots) {
  for (std::size_t i = 0; i < count; ++i)
    put(slots + i, level(first[i], range, levels), second ? level(second[i], range, levels) : 0.0f);
}

/// A row as NoisyPairs makes it, also written to n.to.
std::vector<float> noisy_row(const NoisyPairs& n, std::ptrdiff_t row, Random& random) {
  std::vector<float> x(static_cast<std::size_t>(n.columns));
  for (int c = 0; c < n.columns; ++c) {
    const double noise = n.deviation > 0 ? n.deviation * random.normal() : 0;
    x[static_cast<std::size_t>(c)] =
        static_cast<float>(double(n.from[row * n.columns + c]) * n.scale[c] + noise);
  }
  if (n.to) std::copy(x.begin(), x.end(), n.to + row * n.row);
  return x;
}

void noisy_pairs(const NoisyPairs& n) {
  Random random(RandomKey(n.key).with("weights", n.stream));
  for (int r = 0; r < n.run_count; ++r)
    for (int j = 0; j < n.runs[r].length; j += 2) {
      const auto first = noisy_row(n, n.runs[r].row + j, random);
      const bool alone = j + 1 == n.runs[r].length;
      const auto second = alone ? std::vector<float>{} : noisy_row(n, n.runs[r].row + j + 1, random);
      round_pairs(first.data(), alone ? nullptr : second.data(), first.size(), n.divisor,
                  n.pairs + std::ptrdiff_t{n.pair_runs[r].row + j / 2} * n.row);
    }
}

// The passes of a batch norm are those of the reference on floats, once halves are wide again.

std::vector<float> wide(const std::uint16_t* halves, const KeptHalves& kept) {
  std::vector<float> floats(static_cast<std::size_t>(kept.pixels) * static_cast<std::size_t>(kept.channels));
  for (std::size_t i = 0; i < floats.size(); ++i) floats[i] = from_half(halves[i]);
  return floats;
}

void keep_sums(const float* y, std::uint16_t* kept, int pixels, int channels, float* sums, float* squares) {
  round(y, static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels), kept);
  const auto as_kept = wide(kept, {nullptr, nullptr, pixels, channels});
  reference_kernels().channel_sums(as_kept.data(), pixels, channels, sums, squares);
}

void affine(const KeptHalves& kept, const float* scale, const float* shift, const float* residual,
            float floor, float* z) {
  reference_kernels().affine(wide(kept.y, kept).data(), kept.pixels, kept.channels, scale, shift, residual,
                             floor, z);
}

void affine_backward_sums(const KeptHalves& kept, float* dz, const float* z, float floor, float* sums,
                          float* products) {
  const auto y = wide(kept.y, kept);
  for (std::size_t i = 0; i < y.size(); ++i)
    if (z[i] <= floor) dz[i] = 0;
  std::vector<float> summed(dz, dz + y.size());
  if (kept.dz) {
    round(dz, y.size(), kept.dz);
    summed = wide(kept.dz, kept);
  }
  reference_kernels().affine_backward_sums(summed.data(), z, y.data(), kept.pixels, kept.channels, floor,
                                           sums, products);
}

void affine_backward(const KeptHalves& kept, const float* dz, const float* a, const float* b, const float* c,
                     float* dy) {
  const auto wide_dz = kept.dz ? wide(kept.dz, kept) : std::vector<float>{};
  reference_kernels().affine_backward(kept.dz ? wide_dz.data() : dz, wide(kept.y, kept).data(), kept.pixels,
                                      kept.channels, a, b, c, dy);
}

const Bfloat16Kernels plain_loops{
    "reference",    product,     gradient,  round,  quantise_levels,      round_pairs,
    quantise_pairs, noisy_pairs, keep_sums, affine, affine_backward_sums, affine_backward};

}  // namespace

const Bfloat16Kernels& reference_bfloat16_kernels() { return plain_loops; }

}  // namespace mho
