// SPDX-License-Identifier: Apache-2.0
#include "core/analog/vector/pulse_trains.hpp"

#include "core/base/vector/instruction_set.hpp"

namespace mho {

// Each pulse_trains_*.cpp compiles pulse_trains.inl for one instruction set.
void draw_trains_portable(const TrainLines& lines, PulseTrain* to);
std::size_t coincide_portable(const TrainMeetings& meetings, DevicePulses* to);
#if defined(__x86_64__)
void draw_trains_avx2(const TrainLines& lines, PulseTrain* to);
void draw_trains_avx512(const TrainLines& lines, PulseTrain* to);
std::size_t coincide_avx2(const TrainMeetings& meetings, DevicePulses* to);
std::size_t coincide_avx512(const TrainMeetings& meetings, DevicePulses* to);
#endif

void draw_trains(const TrainLines& lines, PulseTrain* to) {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return draw_trains_avx512(lines, to);
  if (instruction_set() == InstructionSet::avx2) return draw_trains_avx2(lines, to);
#endif
  draw_trains_portable(lines, to);
}

std::size_t coincide(const TrainMeetings& meetings, DevicePulses* to) {
#if defined(__x86_64__)
  if (instruction_set() == InstructionSet::avx512) return coincide_avx512(meetings, to);
  if (instruction_set() == InstructionSet::avx2) return coincide_avx2(meetings, to);
#endif
  return coincide_portable(meetings, to);
}

}  // namespace mho
