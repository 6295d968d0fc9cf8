// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analog/vector/pulse_trains.hpp"
#include "core/base/error.hpp"
#include "core/base/largest.hpp"

namespace mho {
namespace {

/// How one vector's lines become trains: a slot has a pulse with probability min(|value| * density, 1).
struct Densities {
  int length = 0;
  float rows = 0, columns = 0;
};

/// A B length = 1: the mean number of coincidences is |x d|. No slots where one of both is zero.
Densities densities_of(const TileUpdate& update, int vector, const UpdateConfig& config) {
  const float most_x =
      largest_magnitude({update.x + vector * update.x_stride, static_cast<std::size_t>(update.rows)});
  const float most_d = largest_magnitude(
      {update.d + std::ptrdiff_t{vector} * update.columns, static_cast<std::size_t>(update.columns)});
  if (!(most_x * most_d > 0)) return {};
  int length = config.train_length;
  if (config.length_management)
    length = std::max(1, static_cast<int>(std::min(std::ceil(most_x * most_d), static_cast<float>(length))));
  const float even = std::sqrt(1.0f / static_cast<float>(length));
  const float balance = config.update_management ? std::sqrt(most_d / most_x) : 1.0f;
  return {length, even * balance, even / balance};
}

std::uint32_t first_of(const TileUpdate& update, int row) {
  return static_cast<std::uint32_t>(update.first_device + static_cast<std::size_t>(row) * update.stride);
}

/// Trains of an update, vector by vector: rows[v * rows + r], columns[v * columns + c].
class Trains {
 public:
  Trains(const TileUpdate& update, const UpdateConfig& config, const std::function<RandomKey(int)>& key_of)
      : rows_(size_of(update.vectors, update.rows)), columns_(size_of(update.vectors, update.columns)) {
    for (int v = 0; v < update.vectors; ++v) {
      const auto densities = densities_of(update, v, config);
      if (densities.length == 0) continue;
      const RandomKey key = key_of(v);
      draw({update.x + v * update.x_stride, update.rows, densities.rows, densities.length},
           key.with("row trains"), rows_.data() + std::ptrdiff_t{v} * update.rows);
      draw({update.d + std::ptrdiff_t{v} * update.columns, update.columns, densities.columns,
            densities.length},
           key.with("column trains"), columns_.data() + std::ptrdiff_t{v} * update.columns);
    }
  }

  TrainMeetings meetings(const TileUpdate& update, int row) const {
    return {rows_.data() + row, update.rows,    columns_.data(),
            update.vectors,     update.columns, first_of(update, row)};
  }

 private:
  struct Lines {
    const float* values;
    int count;
    float density;
    int length;
  };

  static std::size_t size_of(int vectors, int lines) {
    return static_cast<std::size_t>(vectors) * static_cast<std::size_t>(lines);
  }

  /// Line i's train to to[i]; only lines whose value is not 0 draw.
  void draw(const Lines& lines, RandomKey key, PulseTrain* to) {
    thresholds_.resize(static_cast<std::size_t>(lines.count));
    std::size_t drawing = 0;
    for (int i = 0; i < lines.count; ++i) {
      thresholds_[static_cast<std::size_t>(i)] = std::fabs(lines.values[i]) * lines.density - 0.5f;
      drawing += lines.values[i] != 0;
    }
    uniform_.resize(drawing * static_cast<std::size_t>(lines.length));
    fill_centred_uniform(key, uniform_);
    draw_trains({lines.values, thresholds_.data(), lines.count, lines.length, uniform_.data()}, to);
  }

  std::vector<PulseTrain> rows_, columns_;
  std::vector<float> thresholds_, uniform_;
};

void append_coincidences(const TileUpdate& update, const UpdateConfig& config,
                         const std::function<RandomKey(int)>& key_of, std::vector<DevicePulses>& pulses) {
  const Trains trains(update, config, key_of);
  std::vector<DevicePulses> met(static_cast<std::size_t>(update.vectors) *
                                static_cast<std::size_t>(update.columns));
  for (int row = 0; row < update.rows; ++row) {
    const auto count = coincide(trains.meetings(update, row), met.data());
    pulses.insert(pulses.end(), met.begin(), met.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

/// As many as the finest device has states: where gradients are beyond all measure, more would only take
/// time.
constexpr float most_pulses = 1e6f;

void append_nearest(const TileUpdate& update, std::vector<DevicePulses>& pulses) {
  for (int row = 0; row < update.rows; ++row)
    for (int v = 0; v < update.vectors; ++v) {
      const float x = update.x[v * update.x_stride + row];
      const float* d = update.d + std::ptrdiff_t{v} * update.columns;
      for (int column = 0; column < update.columns && x != 0; ++column) {
        const auto count =
            static_cast<std::int32_t>(std::lround(std::clamp(-x * d[column], -most_pulses, most_pulses)));
        if (count != 0) pulses.push_back({first_of(update, row) + static_cast<std::uint32_t>(column), count});
      }
    }
}

}  // namespace

void UpdateConfig::check() const {
  if (train_length < 1 || train_length > most_pulse_slots)
    throw ConfigError(fmt::format("update: expected pulse trains of 1 to {} slots, got {}", most_pulse_slots,
                                  train_length));
}

void append_pulses(const TileUpdate& update, const UpdateConfig& config,
                   const std::function<RandomKey(int)>& key_of, std::vector<DevicePulses>& pulses) {
  config.check();
  if (config.stochastic)
    append_coincidences(update, config, key_of, pulses);
  else
    append_nearest(update, pulses);
}

}  // namespace mho
