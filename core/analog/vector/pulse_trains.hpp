// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/analog/devices/device_pulses.hpp"

namespace mho {

/// A line's pulse train: a bit a slot, from the lowest, and the highest bit set where it pushes down.
using PulseTrain = std::uint64_t;
inline constexpr int most_pulse_slots = 63;
inline constexpr PulseTrain pushes_down = PulseTrain{1} << most_pulse_slots;

/// Lines whose trains are drawn: of `length` slots, line i's with a pulse where the next number of `uniform`,
/// which lies in
/// (-1/2, 1/2), is below thresholds[i]. Lines whose value is 0 use none.
struct TrainLines {
  const float* values = nullptr;
  const float* thresholds = nullptr;
  int count = 0;
  int length = 0;
  const float* uniform = nullptr;
};
/// Line i's train to to[i]; 0 where the value is 0.
void draw_trains(const TrainLines& lines, PulseTrain* to);

/// One row's trains against those of the columns, vector by vector: row[v * stride], columns[v * width + c].
struct TrainMeetings {
  const PulseTrain* row = nullptr;
  std::ptrdiff_t stride = 0;
  const PulseTrain* columns = nullptr;
  int vectors = 0;
  int width = 0;
  std::uint32_t first_device = 0;  ///< of the row
};
/// For each column that the row meets in a slot or more, the pulses of device first_device + c, up where
/// exactly one of both pushes down, in the order of vectors and columns. `to` has room for vectors * width;
/// returns how many there are.
std::size_t coincide(const TrainMeetings& meetings, DevicePulses* to);

}  // namespace mho
