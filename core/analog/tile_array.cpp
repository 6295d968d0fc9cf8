// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile_array.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/analog/vector/tile_product.hpp"

namespace mho {
namespace {

/// Bound management stops at this factor, or when the input has this share of the DAC's steps left
/// (Rasch et al. 2021; aihwkit's defaults).
constexpr double kLargestFactor = 1000, kSmallestInput = 0.25;

/// Share of adc_range at which the S-shape's correction makes the slope 1.
constexpr float kSlopePoint = 0.5f;

size_t index(std::int64_t value) { return static_cast<size_t>(value); }

/// Rounds to a whole number, ties to even, for |v| < 2^22, in every vector instruction set.
float nearest(float v) {
  constexpr float shift = 0x1.8p23f;
  return (v + shift) - shift;
}

float clip(float v, float limit) {
  const float above = v < -limit ? -limit : v;
  return above > limit ? limit : above;
}

/// Levels on one side of zero; 0 for no converter.
float levels_of(const Converter& converter) {
  return converter.step > 0 ? std::round(converter.limit / converter.step) : 0.0f;
}

std::vector<float> spread_of(float mean, float deviation, int columns, RandomKey key) {
  std::vector<float> values(index(columns));
  fill_normal(key, values);
  for (auto& v : values) v = mean + deviation * v;
  return values;
}

}  // namespace

TileIo forward_io(const HardwareConfig& hardware, float input_range) {
  const auto& e = hardware.effects;
  TileIo io;
  io.dac = make_converter(hardware.dac_bits, 1.0);
  io.adc = make_converter(hardware.adc_bits, hardware.adc_range);
  io.input_range = input_range;
  io.abs_max = e.noise_management == "abs_max";
  io.iterative = e.bound_management == "iterative";
  io.stochastic_input = e.input_rounding == "stochastic";
  io.stochastic_output = e.output_rounding == "stochastic";
  io.weight_noise = static_cast<float>(e.read_weight_noise);
  io.weight_noise_of_conductance = e.read_weight_noise_kind == "conductance";
  io.s_shape = static_cast<float>(e.s_shape);
  io.s_shape_range = static_cast<float>(hardware.adc_range);
  io.s_shape_spread = static_cast<float>(e.s_shape_spread);
  io.gain_spread = static_cast<float>(e.column_gain_spread);
  io.offset_spread = static_cast<float>(e.column_offset_spread);
  if (hardware.wires.ir_drop == "approximate")
    io.wire = static_cast<float>(hardware.wires.wire_resistance_ohm * hardware.g_max_us * 1e-6);
  io.output_noise = static_cast<float>(hardware.output_noise);
  return io;
}

TileIo backward_io(const HardwareConfig& hardware) {
  const auto& e = hardware.effects;
  TileIo io;
  io.dac = make_converter(e.backward_dac_bits, 1.0);
  io.adc = make_converter(e.backward_adc_bits, e.backward_adc_range);
  io.abs_max = true;  // gradients have no fixed size
  io.output_noise = static_cast<float>(e.backward_output_noise);
  return io;
}

TileArray::TileArray(const float* conductances, int stride, int rows, int columns, const TileIo& io,
                     RandomKey chip)
    : rows_(rows),
      columns_(columns),
      width_(padded_tile_columns(columns)),
      io_(io),
      weights_(index(std::int64_t{rows} * width_), 0.0f) {
  for (int r = 0; r < rows; ++r)
    std::copy_n(conductances + std::int64_t{r} * stride, columns, weights_.data() + std::int64_t{r} * width_);
  if (io.wire > 0 || (io.weight_noise > 0 && io.weight_noise_of_conductance)) {
    magnitudes_ = weights_;
    for (auto& w : magnitudes_) w = std::fabs(w);
  }
  if (io.gain_spread > 0) gains_ = spread_of(1, io.gain_spread, columns, chip.with("column gain"));
  if (io.offset_spread > 0) offsets_ = spread_of(0, io.offset_spread, columns, chip.with("column offset"));
  if (io.s_shape > 0) {
    const float mean = io.s_shape / io.s_shape_range;
    bends_ = spread_of(mean, mean * io.s_shape_spread, columns, chip.with("column s-shape"));
    for (auto& bend : bends_) bend = std::fabs(bend);
  }
  largest_factor_ = static_cast<float>(
      io.dac.step > 0 ? std::min(kLargestFactor, kSmallestInput * 2 * levels_of(io.dac)) : kLargestFactor);
}

float TileArray::full_scale(const float* x) const {
  if (!io_.abs_max) return io_.input_range > 0 ? io_.input_range : 1.0f;
  float largest = 0;
  for (int r = 0; r < rows_; ++r) largest = std::max(largest, std::fabs(x[r]));
  return largest;
}

void TileArray::size_scratch(int vectors, TileScratch& scratch) const {
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

void TileArray::product(const float* x, int vectors, const RandomKey* keys, TileScratch& scratch,
                        float* out) const {
  size_scratch(vectors, scratch);
  for (int v = 0; v < vectors; ++v) scratch.scales[index(v)] = full_scale(x + std::int64_t{v} * rows_);
  pass(x, vectors, keys, scratch.scales.data(), scratch, out);
  if (!io_.iterative) return;
  const auto saturated = scratch.saturated;  // single passes write theirs
  for (int v = 0; v < vectors; ++v)
    if (saturated[index(v)])
      repeat_until_it_fits(x + std::int64_t{v} * rows_, keys[v], scratch.scales[index(v)], scratch,
                           out + std::int64_t{v} * width_);
}

void TileArray::repeat_until_it_fits(const float* x, RandomKey key, float scale, TileScratch& scratch,
                                     float* out) const {
  std::uint64_t repetition = 1;
  for (float factor = 2; factor <= largest_factor_; factor *= 2, ++repetition) {
    const RandomKey again = key.with("repetition", repetition);
    const float reduced = scale * factor;
    pass(x, 1, &again, &reduced, scratch, out);
    if (!scratch.saturated[0]) return;
  }
}

void TileArray::pass(const float* x, int vectors, const RandomKey* keys, const float* scales,
                     TileScratch& scratch, float* out) const {
  for (int v = 0; v < vectors; ++v)
    drive(x + std::int64_t{v} * rows_, scales[v], keys[v], scratch,
          scratch.inputs.data() + std::int64_t{v} * rows_);
  tile_product({scratch.inputs.data(), weights_.data(), scratch.sums.data(), vectors, rows_, width_});
  if (io_.wire > 0) drop_voltage(vectors, scratch);
  for (int v = 0; v < vectors; ++v) vary_columns(scratch.sums.data() + std::int64_t{v} * width_);
  if (io_.weight_noise > 0) add_weight_noise(vectors, keys, scratch);
  for (int v = 0; v < vectors; ++v) {
    float* sums = scratch.sums.data() + std::int64_t{v} * width_;
    if (!bends_.empty()) bend(sums);
    scratch.saturated[index(v)] = read_out(sums, keys[v], scales[v], scratch, out + std::int64_t{v} * width_);
  }
}

void TileArray::drive(const float* x, float scale, RandomKey key, TileScratch& scratch, float* inputs) const {
  const float levels = levels_of(io_.dac);
  if (levels == 0) {
    const float up = scale > 0 ? 1.0f / scale : 0.0f;
    const bool limited = io_.abs_max || io_.input_range > 0;
    for (int r = 0; r < rows_; ++r) inputs[r] = limited ? clip(x[r] * up, 1.0f) : x[r] * up;
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
    inputs[r] = clip(nearest(clip(x[r] * up, levels) + shifts[index(r)]), levels) * down;
}

/// The scalar-current approximation of IR drop (aihwkit, Rasch et al. 2021): with a = (n / G_r) sum |w| |x|
/// and c = a (a (0.05 a - 0.2) + 0.5), y loses c sum w x (1 - (1 - j / n)^2); row 0 is next to the output.
void TileArray::drop_voltage(int vectors, TileScratch& scratch) const {
  const float n = static_cast<float>(rows_);
  const auto derive = [&](const auto& of) {
    for (int v = 0; v < vectors; ++v)
      for (int r = 0; r < rows_; ++r) {
        const auto i = index(std::int64_t{v} * rows_ + r);
        scratch.derived[i] = of(scratch.inputs[i], 1.0f - static_cast<float>(r) / n);
      }
  };
  derive([](float x, float) { return std::fabs(x); });
  tile_product({scratch.derived.data(), magnitudes_.data(), scratch.currents.data(), vectors, rows_, width_});
  derive([](float x, float near) { return x * (1.0f - near * near); });
  tile_product({scratch.derived.data(), weights_.data(), scratch.weighted.data(), vectors, rows_, width_});
  for (size_t i = 0; i < index(std::int64_t{vectors} * width_); ++i) {
    const float a = n * io_.wire * scratch.currents[i];
    scratch.sums[i] -= a * (a * (0.05f * a - 0.2f) + 0.5f) * scratch.weighted[i];
  }
}

void TileArray::vary_columns(float* sums) const {
  for (size_t c = 0; c < gains_.size(); ++c) sums[c] *= gains_[c];
  for (size_t c = 0; c < offsets_.size(); ++c) sums[c] += offsets_[c];
}

/// Seen at the output: independent noise of each weight adds up to s |x| (additive), or to
/// s sqrt(sum |w| x^2) when a conductance's variance is proportional to it.
void TileArray::add_weight_noise(int vectors, const RandomKey* keys, TileScratch& scratch) const {
  if (io_.weight_noise_of_conductance) {
    for (size_t i = 0; i < index(std::int64_t{vectors} * rows_); ++i)
      scratch.derived[i] = scratch.inputs[i] * scratch.inputs[i];
    tile_product(
        {scratch.derived.data(), magnitudes_.data(), scratch.currents.data(), vectors, rows_, width_});
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
void TileArray::bend(float* sums) const {
  const float root = 1.0f + io_.s_shape * kSlopePoint;
  for (int c = 0; c < columns_; ++c) sums[c] *= root * root / (1.0f + bends_[index(c)] * std::fabs(sums[c]));
}

bool TileArray::read_out(const float* sums, RandomKey key, float scale, TileScratch& scratch,
                         float* out) const {
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
    for (int c = 0; c < columns_; ++c) {  // levels beyond the last one tell saturation
      const float level = nearest(clip(out[c] / io_.adc.step, levels + 2) + noise[index(c)]);
      saturated |= std::fabs(level) > levels;
      out[c] = clip(level, levels) * io_.adc.step;
    }
  }
  for (int c = 0; c < columns_; ++c) out[c] *= scale;
  return saturated;
}

}  // namespace mho
