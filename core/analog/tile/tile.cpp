// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/tile.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/analog/vector/tile_product.hpp"
#include "core/base/largest.hpp"

namespace mho {
namespace {

/// Bound management stops at this factor, or when the input has this share of the DAC's steps left
/// (Rasch et al. 2021; aihwkit's defaults).
constexpr double largest_factor = 1000, smallest_input = 0.25;

/// Share of adc_range at which the S-shape's correction makes the slope 1.
constexpr float slope_point = 0.5f;

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

std::vector<float> spread_of(float mean, float deviation, int columns, RandomKey key) {
  std::vector<float> values(index(columns));
  fill_normal(key, values);
  for (auto& v : values) v = mean + deviation * v;
  return values;
}

}  // namespace

Tile::Tile(int rows, int columns, const TileIo& io, std::shared_ptr<TileCounters> counters)
    : rows_(rows),
      columns_(columns),
      width_(padded_tile_columns(columns)),
      io_(io),
      counters_(std::move(counters)),
      weights_(index(std::int64_t{rows} * width_), 0.0f) {
  largest_factor_ = static_cast<float>(
      io.dac.step > 0 ? std::min(largest_factor, smallest_input * 2 * levels_of(io.dac)) : largest_factor);
}

void Tile::hold(const float* conductances, int stride) {
  for (int r = 0; r < rows_; ++r)
    std::copy_n(conductances + std::int64_t{r} * stride, columns_,
                weights_.data() + std::int64_t{r} * width_);
  take_magnitudes();
}

void Tile::hold_transposed(const Tile& other) {
  for (int r = 0; r < rows_; ++r)
    for (int c = 0; c < columns_; ++c)
      weights_[index(std::int64_t{r} * width_ + c)] =
          other.weights_[index(std::int64_t{c} * other.width_ + r)];
  take_magnitudes();
}

void Tile::take_magnitudes() {
  if (io_.wire > 0 || (io_.weight_noise > 0 && io_.weight_noise_of_conductance)) {
    magnitudes_ = weights_;
    for (auto& w : magnitudes_) w = std::fabs(w);
  }
}

void Tile::hold_one(int row, int column, float conductance) {
  const auto place = index(std::int64_t{row} * width_ + column);
  weights_[place] = conductance;
  if (!magnitudes_.empty()) magnitudes_[place] = std::fabs(conductance);
}

void Tile::vary_chip(RandomKey chip) {
  if (io_.gain_spread > 0) gains_ = spread_of(1, io_.gain_spread, columns_, chip.with("column gain"));
  if (io_.offset_spread > 0) offsets_ = spread_of(0, io_.offset_spread, columns_, chip.with("column offset"));
  if (io_.s_shape > 0) {
    const float mean = io_.s_shape / io_.s_shape_range;
    bends_ = spread_of(mean, mean * io_.s_shape_spread, columns_, chip.with("column s-shape"));
    for (auto& bend : bends_) bend = std::fabs(bend);
  }
}

float Tile::full_scale(const float* x) const {
  if (!io_.abs_max) return io_.input_range > 0 ? io_.input_range : 1.0f;
  return largest_magnitude({x, index(rows_)});
}

void Tile::size_scratch(int vectors, TileScratch& scratch) const {
  const auto grow = [](auto& buffer, size_t size) {
    if (buffer.size() < size) buffer.resize(size);
  };
  const size_t in = index(std::int64_t{vectors} * rows_), out = index(std::int64_t{vectors} * width_);
  grow(scratch.inputs, in);
  grow(scratch.sums, out);
  if (!magnitudes_.empty()) grow(scratch.derived, in);
  if (!magnitudes_.empty()) grow(scratch.currents, out);
  if (io_.wire > 0) grow(scratch.weighted, out);
  grow(scratch.noise, index(std::max(rows_, width_)));
  grow(scratch.scales, index(vectors));
  grow(scratch.saturated, index(vectors));
}

void Tile::product(const float* x, int vectors, const RandomKey* keys, TileScratch& scratch,
                   float* out) const {
  size_scratch(vectors, scratch);
  counters_->products.fetch_add(vectors, std::memory_order_relaxed);
  for (int v = 0; v < vectors; ++v) scratch.scales[index(v)] = full_scale(x + std::int64_t{v} * rows_);
  pass(x, vectors, keys, scratch.scales.data(), scratch, out);
  if (!io_.iterative) return;
  const auto saturated = scratch.saturated;  // single passes write theirs
  for (int v = 0; v < vectors; ++v)
    if (saturated[index(v)])
      repeat_until_it_fits(x + std::int64_t{v} * rows_, keys[v], scratch.scales[index(v)], scratch,
                           out + std::int64_t{v} * width_);
}

void Tile::repeat_until_it_fits(const float* x, RandomKey key, float scale, TileScratch& scratch,
                                float* out) const {
  std::uint64_t repetition = 1;
  for (float factor = 2; factor <= largest_factor_; factor *= 2, ++repetition) {
    const RandomKey again = key.with("repetition", repetition);
    const float reduced = scale * factor;
    pass(x, 1, &again, &reduced, scratch, out);
    if (!scratch.saturated[0]) return;
  }
}

void Tile::pass(const float* x, int vectors, const RandomKey* keys, const float* scales, TileScratch& scratch,
                float* out) const {
  counters_->passes.fetch_add(vectors, std::memory_order_relaxed);
  for (int v = 0; v < vectors; ++v)
    drive(x + std::int64_t{v} * rows_, scales[v], keys[v], scratch,
          scratch.inputs.data() + std::int64_t{v} * rows_);
  tile_product(
      {scratch.inputs.data(), weights_.data(), scratch.sums.data(), vectors, rows_, width_, columns_});
  if (io_.wire > 0) drop_voltage(vectors, scratch);
  for (int v = 0; v < vectors; ++v) vary_columns(scratch.sums.data() + std::int64_t{v} * width_);
  if (io_.weight_noise > 0) add_weight_noise(vectors, keys, scratch);
  for (int v = 0; v < vectors; ++v) {
    float* sums = scratch.sums.data() + std::int64_t{v} * width_;
    if (!bends_.empty()) bend(sums);
    scratch.saturated[index(v)] = read_out(sums, keys[v], scales[v], scratch, out + std::int64_t{v} * width_);
  }
  counters_->saturations.fetch_add(
      std::count(scratch.saturated.begin(), scratch.saturated.begin() + vectors, char{1}),
      std::memory_order_relaxed);
}

void Tile::drive(const float* x, float scale, RandomKey key, TileScratch& scratch, float* inputs) const {
  const float levels = levels_of(io_.dac);
  if (levels == 0) {
    const float up = scale > 0 ? 1.0f / scale : 0.0f;
    const bool limited = io_.abs_max || io_.input_range > 0;
    for (int r = 0; r < rows_; ++r) inputs[r] = limited ? clip_to(x[r] * up, 1.0f) : x[r] * up;
    return;
  }
  const float up = scale > 0 ? levels / scale : 0.0f, down = 1.0f / levels;
  const std::span<float> shifts(scratch.noise.data(), index(rows_));
  if (io_.stochastic_input)
    fill_centred_uniform(key.with("input rounding"), shifts);
  else
    std::fill(shifts.begin(), shifts.end(), 0.0f);
  // The inner clip keeps `nearest` in its range; the outer one takes back a level that the shift added.
  for (int r = 0; r < rows_; ++r)
    inputs[r] = clip_to(nearest(clip_to(x[r] * up, levels) + shifts[index(r)]), levels) * down;
}

/// The scalar-current approximation of IR drop (aihwkit, Rasch et al. 2021): with a = (n / G_r) sum |w| |x|
/// and c = a (a (0.05 a - 0.2) + 0.5), y loses c sum w x (1 - (1 - j / n)^2); row 0 is next to the output.
void Tile::drop_voltage(int vectors, TileScratch& scratch) const {
  const float n = static_cast<float>(rows_);
  const auto derive = [&](const auto& of) {
    for (int v = 0; v < vectors; ++v)
      for (int r = 0; r < rows_; ++r) {
        const auto i = index(std::int64_t{v} * rows_ + r);
        scratch.derived[i] = of(scratch.inputs[i], 1.0f - static_cast<float>(r) / n);
      }
  };
  derive([](float x, float) { return std::fabs(x); });
  tile_product({scratch.derived.data(), magnitudes_.data(), scratch.currents.data(), vectors, rows_, width_,
                columns_});
  derive([](float x, float near) { return x * (1.0f - near * near); });
  tile_product(
      {scratch.derived.data(), weights_.data(), scratch.weighted.data(), vectors, rows_, width_, columns_});
  for (int v = 0; v < vectors; ++v)
    for (int c = 0; c < columns_; ++c) {
      const auto i = index(std::int64_t{v} * width_ + c);
      const float a = n * io_.wire * scratch.currents[i];
      scratch.sums[i] -= a * (a * (0.05f * a - 0.2f) + 0.5f) * scratch.weighted[i];
    }
}

void Tile::vary_columns(float* sums) const {
  for (size_t c = 0; c < gains_.size(); ++c) sums[c] *= gains_[c];
  for (size_t c = 0; c < offsets_.size(); ++c) sums[c] += offsets_[c];
}

/// Seen at the output: independent noise of each weight adds up to s |x| (additive), or to
/// s sqrt(sum |w| x^2) when a conductance's variance is proportional to it.
void Tile::add_weight_noise(int vectors, const RandomKey* keys, TileScratch& scratch) const {
  if (io_.weight_noise_of_conductance) {
    for (size_t i = 0; i < index(std::int64_t{vectors} * rows_); ++i)
      scratch.derived[i] = scratch.inputs[i] * scratch.inputs[i];
    tile_product({scratch.derived.data(), magnitudes_.data(), scratch.currents.data(), vectors, rows_, width_,
                  columns_});
  }
  const std::span<float> noise(scratch.noise.data(), index(columns_));
  for (int v = 0; v < vectors; ++v) {
    fill_normal(keys[v].with("weight noise"), noise);
    float* sums = scratch.sums.data() + std::int64_t{v} * width_;
    if (io_.weight_noise_of_conductance) {
      const float* variances = scratch.currents.data() + std::int64_t{v} * width_;
      for (int c = 0; c < columns_; ++c)
        sums[c] += io_.weight_noise * std::sqrt(variances[c]) * noise[index(c)];
      continue;
    }
    double square = 0;
    for (int r = 0; r < rows_; ++r) square += std::pow(scratch.inputs[index(std::int64_t{v} * rows_ + r)], 2);
    const float deviation = io_.weight_noise * static_cast<float>(std::sqrt(square));
    for (int c = 0; c < columns_; ++c) sums[c] += deviation * noise[index(c)];
  }
}

/// y F / (1 + n |y|) with the F that makes the slope 1 at half the ADC's range (aihwkit's out_nonlinearity).
void Tile::bend(float* sums) const {
  const float root = 1.0f + io_.s_shape * slope_point;
  for (int c = 0; c < columns_; ++c) sums[c] *= root * root / (1.0f + bends_[index(c)] * std::fabs(sums[c]));
}

bool Tile::read_out(const float* sums, RandomKey key, float scale, TileScratch& scratch, float* out) const {
  const std::span<float> noise(scratch.noise.data(), index(columns_));
  std::copy_n(sums, columns_, out);
  if (io_.output_noise > 0) {
    fill_normal(key.with("output noise"), noise);
    for (int c = 0; c < columns_; ++c) out[c] += io_.output_noise * noise[index(c)];
  }
  const float levels = levels_of(io_.adc);
  bool saturated = false;
  if (levels > 0) {
    if (io_.stochastic_output)
      fill_centred_uniform(key.with("output rounding"), noise);
    else
      std::fill(noise.begin(), noise.end(), 0.0f);
    for (int c = 0; c < columns_; ++c)  // levels beyond the last one tell saturation
      out[c] = nearest(clip_to(out[c] / io_.adc.step, levels + 2) + noise[index(c)]);
    saturated = largest_magnitude({out, index(columns_)}) > levels;
    for (int c = 0; c < columns_; ++c) out[c] = clip_to(out[c], levels) * io_.adc.step;
  }
  for (int c = 0; c < columns_; ++c) out[c] *= scale;
  return saturated;
}

}  // namespace mho
