// SPDX-License-Identifier: Apache-2.0
#include "core/analog/programmed_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Devices are drawn in blocks of this many, each with a key of its own: a block's state stays in the
/// first-level cache between the device model and the subtraction of the pair.
constexpr size_t block_devices = 1024;

/// Below this read-out a tile counts as empty: its compensation would be a ratio of noise.
constexpr float min_read_out = 1e-6f;

/// Calls body(block number, first device, number of devices) for every block.
template <class Body>
void for_each_block(size_t devices, const Body& body) {
  for (size_t first = 0, block = 0; first < devices; first += block_devices, ++block)
    body(block, first, std::min(block_devices, devices - first));
}

template <class T>
std::span<T> part(std::vector<T>& values, size_t first, size_t count) {
  return std::span<T>(values).subspan(first, count);
}
template <class T>
std::span<const T> part(const std::vector<T>& values, size_t first, size_t count) {
  return std::span<const T>(values).subspan(first, count);
}

bool is_compensated(const std::string& mode) {
  if (mode != "global" && mode != "none")
    throw ConfigError(fmt::format("drift_compensation: expected one of global, none, got '{}'", mode));
  return mode == "global";
}

void check(const ConductanceTargets& targets) {
  const auto weights = static_cast<size_t>(targets.rows) * static_cast<size_t>(targets.columns);
  const auto scales = static_cast<size_t>(targets.row_splits) * static_cast<size_t>(targets.columns);
  if (targets.plus_us.size() != weights || targets.minus_us.size() != weights ||
      targets.scales.size() != scales)
    throw MappingError(fmt::format("programming: expected {} pairs and {} scales, got {} + {} and {}",
                                   weights, scales, targets.plus_us.size(), targets.minus_us.size(),
                                   targets.scales.size()));
}

/// Adds |ADC(g + output noise)| of one row of a tile to its columns' totals.
void add_row(const float* conductances, const std::vector<float>& noise, float deviation,
             const Converter& adc, std::vector<float>& totals) {
  for (size_t c = 0; c < totals.size(); ++c)
    totals[c] += std::fabs(convert(adc, conductances[c] + deviation * noise[c]));
}

}  // namespace

ProgrammedMatrix::ProgrammedMatrix(ConductanceTargets targets, const HardwareConfig& hardware,
                                   const DeviceModel& model, RandomKey key)
    : targets_(std::move(targets)),
      model_(&model),
      adc_(make_converter(hardware.adc_bits, hardware.adc_range)),
      g_max_us_(static_cast<float>(hardware.g_max_us)),
      output_noise_(static_cast<float>(hardware.output_noise)),
      compensated_(is_compensated(hardware.drift_compensation)) {
  check(targets_);
  program(key);
  if (compensated_)
    baseline_ = read_out(read_conductances(0.0, key.with("baseline read")), key.with("baseline read-out"));
}

void ProgrammedMatrix::program(RandomKey key) {
  const size_t devices = targets_.plus_us.size();
  for (auto* state : {&programmed_plus_us_, &programmed_minus_us_, &exponents_plus_, &exponents_minus_,
                      &noise_plus_, &noise_minus_})
    state->resize(devices);
  for_each_block(devices, [&](size_t block, size_t first, size_t count) {
    model_->program(part(targets_.plus_us, first, count), key.with("program plus", block),
                    part(programmed_plus_us_, first, count), part(exponents_plus_, first, count),
                    part(noise_plus_, first, count));
    model_->program(part(targets_.minus_us, first, count), key.with("program minus", block),
                    part(programmed_minus_us_, first, count), part(exponents_minus_, first, count),
                    part(noise_minus_, first, count));
  });
}

std::vector<float> ProgrammedMatrix::read_conductances(double time_s, RandomKey key) const {
  std::vector<float> conductances(programmed_plus_us_.size());
  std::array<float, block_devices> minus_us;
  for_each_block(conductances.size(), [&](size_t block, size_t first, size_t count) {
    const auto plus_us = part(conductances, first, count);
    model_->read(part(programmed_plus_us_, first, count), part(exponents_plus_, first, count),
                 part(noise_plus_, first, count), time_s, key.with("read plus", block), plus_us);
    model_->read(part(programmed_minus_us_, first, count), part(exponents_minus_, first, count),
                 part(noise_minus_, first, count), time_s, key.with("read minus", block),
                 std::span(minus_us).first(count));
    for (size_t i = 0; i < count; ++i) plus_us[i] = (plus_us[i] - minus_us[i]) / g_max_us_;
  });
  return conductances;
}

std::vector<float> ProgrammedMatrix::read_out(const std::vector<float>& conductances, RandomKey key) const {
  std::vector<float> values;
  for (const auto& tile : targets_.tiles) {
    const RandomKey tile_key = key.with("tile", values.size());
    const auto columns = static_cast<size_t>(tile.columns);
    const size_t stride = (columns + 3) / 4 * 4;  // fill_normal's offsets are multiples of 4
    std::vector<float> totals(columns, 0.0f), noise(columns, 0.0f);
    for (int r = 0; r < tile.rows; ++r) {
      if (output_noise_ > 0) fill_normal(tile_key, noise, static_cast<size_t>(r) * stride);
      const auto first = static_cast<size_t>(tile.row + r) * static_cast<size_t>(targets_.columns) +
                         static_cast<size_t>(tile.column);
      add_row(conductances.data() + first, noise, output_noise_, adc_, totals);
    }
    const double total = std::accumulate(totals.begin(), totals.end(), 0.0);
    values.push_back(static_cast<float>(total / (static_cast<double>(tile.rows) * tile.columns)));
  }
  return values;
}

std::vector<float> ProgrammedMatrix::compensation(const std::vector<float>& conductances,
                                                  RandomKey key) const {
  if (!compensated_) return std::vector<float>(targets_.tiles.size(), 1.0f);
  auto factors = read_out(conductances, key);
  for (size_t t = 0; t < factors.size(); ++t)
    factors[t] = std::max(baseline_[t], min_read_out) / std::max(factors[t], min_read_out);
  return factors;
}

MatrixRead ProgrammedMatrix::read(double time_s, RandomKey key) const {
  MatrixRead result{read_conductances(time_s, key), targets_.scales};
  const auto factors = compensation(result.conductances, key.with("read-out"));
  for (size_t t = 0; t < factors.size(); ++t) {
    const auto& tile = targets_.tiles[t];
    float* scales =
        result.output_scales.data() + targets_.row_split_of(tile.row) * targets_.columns + tile.column;
    for (int c = 0; c < tile.columns; ++c) scales[c] *= factors[t];
  }
  return result;
}

}  // namespace mho
