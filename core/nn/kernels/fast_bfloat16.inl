// SPDX-License-Identifier: Apache-2.0
// The kernels on bfloat16, compiled once for each instruction set: the including file names the set.
#define MHO_BFLOAT16
#include "core/nn/kernels/bfloat16.hpp"
#include "core/nn/kernels/fast_batch_norm.inl"
#include "core/nn/kernels/fast_channels.inl"
#include "core/nn/kernels/fast_gradients.inl"
#include "core/nn/kernels/fast_halves.inl"
#include "core/nn/kernels/fast_narrow_products.inl"
#include "core/nn/kernels/fast_noisy_pairs.inl"
#include "core/nn/kernels/fast_products.inl"

namespace mho {
namespace {

/// What a DAC of full scale `range` makes of inputs, in levels.
struct Levels {
  float up;
  Vector limit;
  Levels(float range, float levels) : up(levels / range), limit(spread(levels)) {}
  MHO_INLINE Vector of(Vector x) const { return nearest(larger(smaller(x * up, limit), -limit)); }
};

template <class Convert>
MHO_INLINE void halves(const float* x, std::size_t count, std::uint16_t* y, Convert convert) {
  std::size_t i = 0;
  for (; i + lane_count <= count; i += lane_count) store_halves(y + i, convert(load(x + i)), lane_count);
  const int rest = static_cast<int>(count - i);
  if (rest > 0) store_halves(y + i, convert(load_some(x + i, rest)), rest);
}

template <class Convert>
MHO_INLINE void pairs(const float* first, const float* second, std::size_t count, float* slots,
                      Convert convert) {
  const auto pair_of = [&](std::size_t i, int part) {
    const Vector low = convert(load_count(first + i, part));
    const Vector high = second ? convert(load_count(second + i, part)) : Vector{};
    store_count(slots + i, pair_up(low, high), part);
  };
  std::size_t i = 0;
  for (; i + lane_count <= count; i += lane_count) pair_of(i, lane_count);
  if (i < count) pair_of(i, static_cast<int>(count - i));
}

void round(const float* x, std::size_t count, std::uint16_t* y) {
  halves(x, count, y, [](Vector v) { return v; });
}

void quantise_levels(const float* x, std::size_t count, float range, float levels, std::uint16_t* y) {
  const Levels dac(range, levels);
  halves(x, count, y, [&](Vector v) { return dac.of(v); });
}

void round_pairs(const float* first, const float* second, std::size_t count, float divisor, float* slots) {
  const Vector inverse = spread(1.0f / divisor);
  pairs(first, second, count, slots, [&](Vector v) { return v * inverse; });
}

void quantise_pairs(const float* first, const float* second, std::size_t count, float range, float levels,
                    float* slots) {
  const Levels dac(range, levels);
  pairs(first, second, count, slots, [&](Vector v) { return dac.of(v); });
}

MHO_INLINE auto halves_of(const std::uint16_t* from) {
  return [from](std::ptrdiff_t i, int count) { return load_halves(from + i, count); };
}

void keep_sums(const float* y, std::uint16_t* kept, int pixels, int channels, float* sums, float* squares) {
  const auto keep = [=](std::ptrdiff_t i, int count) {
    const Vector v = load_count(y + i, count);
    store_halves(kept + i, v, count);
    return as_kept(v);
  };
  sum_channels(pixels, channels, keep, sums, squares);
}

void affine(const KeptHalves& kept, const float* scale, const float* shift, const float* residual,
            float floor, float* z) {
  scale_channels(kept.pixels, kept.channels, halves_of(kept.y), {scale, shift, residual, floor}, z);
}

void affine_backward_sums(const KeptHalves& kept, float* dz, const float* z, float floor, float* sums,
                          float* products) {
  const Masking masking{dz, z, floor, kept.pixels, kept.channels};
  const auto as_it_is = [](std::ptrdiff_t, Vector g, int) { return g; };
  const auto in_halves = [&](std::ptrdiff_t i, Vector g, int count) {
    store_halves(kept.dz + i, g, count);
    return as_kept(g);
  };
  if (kept.dz)
    mask_and_sum(masking, halves_of(kept.y), in_halves, sums, products);
  else
    mask_and_sum(masking, halves_of(kept.y), as_it_is, sums, products);
}

void affine_backward(const KeptHalves& kept, const float* dz, const float* a, const float* b, const float* c,
                     float* dy) {
  const auto y = halves_of(kept.y);
  if (kept.dz)
    combine_channels(kept.pixels, kept.channels, halves_of(kept.dz), y, {a, b, c}, dy);
  else
    combine_channels(kept.pixels, kept.channels, floats_of(dz), y, {a, b, c}, dy);
}

}  // namespace

extern const Bfloat16Kernels MHO_BFLOAT16_SET;
const Bfloat16Kernels MHO_BFLOAT16_SET{
    MHO_BFLOAT16_NAME, product_any, gradient,  round,  quantise_levels,      round_pairs,
    quantise_pairs,    noisy_pairs, keep_sums, affine, affine_backward_sums, affine_backward};

}  // namespace mho
