// SPDX-License-Identifier: Apache-2.0
#include "core/analog/tile/update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// A line's pulse train: its slots as bits, and which way it pushes.
struct Train {
  int line = 0;
  std::uint64_t slots = 0;
  bool negative = false;
};

float largest(const float* values, int count) {
  float most = 0;
  for (int i = 0; i < count; ++i) most = std::max(most, std::fabs(values[i]));
  return most;
}

/// Trains of the lines whose value is not 0; a slot has a pulse with probability min(|value| * density, 1).
std::vector<Train> draw_trains(const float* values, int count, float density, int length, RandomKey key) {
  std::vector<Train> trains;
  for (int i = 0; i < count; ++i)
    if (values[i] != 0) trains.push_back({i, 0, values[i] < 0});
  std::vector<float> uniform(trains.size() * static_cast<std::size_t>(length));
  fill_centred_uniform(key, uniform);
  const float* draw = uniform.data();
  for (auto& train : trains) {
    const float threshold = std::fabs(values[train.line]) * density - 0.5f;
    for (int slot = 0; slot < length; ++slot) train.slots |= std::uint64_t{*draw++ < threshold} << slot;
  }
  std::erase_if(trains, [](const Train& train) { return train.slots == 0; });
  return trains;
}

DevicePulses pulses_of(const TileUpdate& update, int row, int column, std::int32_t count) {
  return {static_cast<std::uint32_t>(update.first_device + static_cast<std::size_t>(row) * update.stride +
                                     static_cast<std::size_t>(column)),
          count};
}

void append_coincidences(const TileUpdate& update, const UpdateConfig& config, RandomKey key,
                         std::vector<DevicePulses>& pulses) {
  const float most_x = largest(update.x, update.rows), most_d = largest(update.d, update.columns);
  if (most_x == 0 || most_d == 0) return;
  int length = config.train_length;
  if (config.length_management)
    length = std::clamp(static_cast<int>(std::ceil(most_x * most_d)), 1, config.train_length);
  // A x and B d with A B length = 1: the mean number of coincidences is |x d|.
  const float even = std::sqrt(1.0f / static_cast<float>(length));
  const float balance = config.update_management ? std::sqrt(most_d / most_x) : 1.0f;
  const auto rows = draw_trains(update.x, update.rows, even * balance, length, key.with("row trains"));
  const auto columns =
      draw_trains(update.d, update.columns, even / balance, length, key.with("column trains"));
  for (const auto& row : rows)
    for (const auto& column : columns) {
      const int count = std::popcount(row.slots & column.slots);
      if (count > 0)
        pulses.push_back(
            pulses_of(update, row.line, column.line, row.negative == column.negative ? -count : count));
    }
}

void append_nearest(const TileUpdate& update, std::vector<DevicePulses>& pulses) {
  for (int row = 0; row < update.rows; ++row)
    for (int column = 0; column < update.columns && update.x[row] != 0; ++column) {
      const auto count = static_cast<std::int32_t>(std::lround(-update.x[row] * update.d[column]));
      if (count != 0) pulses.push_back(pulses_of(update, row, column, count));
    }
}

}  // namespace

void UpdateConfig::check() const {
  if (train_length < 1 || train_length > 63)
    throw ConfigError(fmt::format("update: expected pulse trains of 1 to 63 slots, got {}", train_length));
}

void append_pulses(const TileUpdate& update, const UpdateConfig& config, RandomKey key,
                   std::vector<DevicePulses>& pulses) {
  config.check();
  if (config.stochastic)
    append_coincidences(update, config, key, pulses);
  else
    append_nearest(update, pulses);
}

}  // namespace mho
