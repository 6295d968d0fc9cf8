// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/drift_compensation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Below this read-out a tile counts as empty: its compensation would be a ratio of noise.
constexpr float min_read_out = 1e-6f;

/// Adds |ADC(g + output noise)| of one row of a tile to its columns' totals. The converter comes by value: a
/// compiler that thought the totals might overwrite it would not make vector code.
void add_row(const float* conductances, const std::vector<float>& noise, float deviation, Converter adc,
             std::vector<float>& totals) {
  for (size_t c = 0; c < totals.size(); ++c)
    totals[c] += std::fabs(convert(adc, conductances[c] + deviation * noise[c]));
}

/// Where a tile's columns begin in scales.
std::ptrdiff_t first_scale(const ConductanceTargets& targets, const TileExtent& tile) {
  return std::ptrdiff_t{targets.row_split_of(tile.row)} * targets.columns + tile.column;
}

float tile_mean(const float* totals, const TileExtent& tile) {
  return static_cast<float>(std::accumulate(totals, totals + tile.columns, 0.0) /
                            (static_cast<double>(tile.rows) * tile.columns));
}

}  // namespace

std::vector<float> read_out_columns(const ConductanceTargets& targets, const std::vector<float>& conductances,
                                    const Converter& adc, float output_noise, RandomKey key) {
  std::vector<float> totals(targets.scales.size(), 0.0f);
  for (size_t t = 0; t < targets.tiles.size(); ++t) {
    const auto& tile = targets.tiles[t];
    const RandomKey tile_key = key.with("tile", t);
    const auto columns = static_cast<size_t>(tile.columns);
    const size_t stride = (columns + 63) / 64 * 64;  // fill_normal's offsets are multiples of 64
    std::vector<float> tile_totals(columns, 0.0f), noise(columns, 0.0f);
    for (int r = 0; r < tile.rows; ++r) {
      if (output_noise > 0) fill_normal(tile_key, noise, static_cast<size_t>(r) * stride);
      const auto first = static_cast<size_t>(tile.row + r) * static_cast<size_t>(targets.columns) +
                         static_cast<size_t>(tile.column);
      add_row(conductances.data() + first, noise, output_noise, adc, tile_totals);
    }
    std::copy(tile_totals.begin(), tile_totals.end(), totals.begin() + first_scale(targets, tile));
  }
  return totals;
}

DriftCompensation::DriftCompensation(const HardwareConfig& hardware)
    : mode_(hardware.drift_compensation),
      adc_(output_converter(hardware)),
      output_noise_(static_cast<float>(hardware.output_noise)) {
  hardware.check();
  if (mode_ == CompensationMode::exact) {
    adc_ = {};
    output_noise_ = 0;
  }
}

std::vector<float> DriftCompensation::read_out(const ConductanceTargets& targets,
                                               const std::vector<float>& conductances, RandomKey key) const {
  return read_out_columns(targets, conductances, adc_, output_noise_, key);
}

void DriftCompensation::set_baseline(const ConductanceTargets& targets,
                                     const std::vector<float>& conductances, RandomKey key) {
  baseline_ = read_out(targets, conductances, key);
}

std::vector<float> DriftCompensation::factors(const ConductanceTargets& targets,
                                              const std::vector<float>& conductances, RandomKey key) const {
  std::vector<float> factors(targets.scales.size(), 1.0f);
  if (!is_on()) return factors;
  const auto now = read_out(targets, conductances, key);
  for (const auto& tile : targets.tiles) {
    const auto first = first_scale(targets, tile);
    const float *before = baseline_.data() + first, *present = now.data() + first;
    const float factor =
        std::max(tile_mean(before, tile), min_read_out) / std::max(tile_mean(present, tile), min_read_out);
    const float least = static_cast<float>(tile.rows) * std::max(adc_.step, min_read_out);
    for (int c = 0; c < tile.columns; ++c) {
      const bool own = mode_ == CompensationMode::column && std::min(before[c], present[c]) >= least;
      factors[static_cast<size_t>(first + c)] = own ? before[c] / present[c] : factor;
    }
  }
  return factors;
}

}  // namespace mho
