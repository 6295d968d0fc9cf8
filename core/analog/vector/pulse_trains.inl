// SPDX-License-Identifier: Apache-2.0
// MHO_DRAW_TRAINS and MHO_COINCIDE are the names that the including file gives the functions. Comparisons and
// whole numbers alone: every instruction set gives the same bits.
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "core/analog/vector/pulse_trains.hpp"

namespace mho {

void MHO_DRAW_TRAINS(const TrainLines& lines, PulseTrain* to);
std::size_t MHO_COINCIDE(const TrainMeetings& meetings, DevicePulses* to);

namespace {

/// Slot s has a pulse where uniform[s] < threshold.
inline PulseTrain slots_of(const float* uniform, int length, float threshold) {
  PulseTrain slots = 0;
#if defined(__AVX512F__)
  const __m512 below = _mm512_set1_ps(threshold);
  for (int slot = 0; slot < length; slot += 16) {
    const auto here = static_cast<__mmask16>(length - slot >= 16 ? 0xffff : (1 << (length - slot)) - 1);
    const __m512 draws = _mm512_maskz_loadu_ps(here, uniform + slot);
    slots |= PulseTrain{_mm512_mask_cmp_ps_mask(here, draws, below, _CMP_LT_OQ)} << slot;
  }
#else
  for (int slot = 0; slot < length; ++slot) slots |= PulseTrain{uniform[slot] < threshold} << slot;
#endif
  return slots;
}

#if defined(__AVX512F__)

inline void store_trains(__mmask8 here, __mmask8 pulse, __mmask8 down, PulseTrain* to) {
  const __m512i slots = _mm512_maskz_set1_epi64(pulse, 1);
  const __m512i signs = _mm512_maskz_set1_epi64(down, static_cast<long long>(pushes_down));
  _mm512_mask_storeu_epi64(to, here, _mm512_or_si512(slots, signs));
}

/// What most vectors of a large mini-batch come to: sixteen lines at a time, their draws spread out to where
/// values are.
inline void draw_single_slots(const TrainLines& lines, PulseTrain* to) {
  const float* uniform = lines.uniform;
  const __m512 zero = _mm512_setzero_ps();
  for (int i = 0; i < lines.count; i += 16) {
    const auto here = static_cast<__mmask16>(lines.count - i >= 16 ? 0xffff : (1 << (lines.count - i)) - 1);
    const __m512 values = _mm512_maskz_loadu_ps(here, lines.values + i);
    const __mmask16 drawn = _mm512_mask_cmp_ps_mask(here, values, zero, _CMP_NEQ_UQ);
    const __mmask16 down = _mm512_mask_cmp_ps_mask(here, values, zero, _CMP_LT_OQ);
    const __m512 draws = _mm512_maskz_expandloadu_ps(drawn, uniform);
    const __m512 thresholds = _mm512_maskz_loadu_ps(here, lines.thresholds + i);
    const __mmask16 pulse = _mm512_mask_cmp_ps_mask(drawn, draws, thresholds, _CMP_LT_OQ);
    store_trains(static_cast<__mmask8>(here), static_cast<__mmask8>(pulse), static_cast<__mmask8>(down),
                 to + i);
    if (here >> 8 != 0)
      store_trains(static_cast<__mmask8>(here >> 8), static_cast<__mmask8>(pulse >> 8),
                   static_cast<__mmask8>(down >> 8), to + i + 8);
    uniform += __builtin_popcount(drawn);
  }
}

#endif

inline DevicePulses meeting(PulseTrain row, PulseTrain column, std::uint32_t device) {
  const int count = __builtin_popcountll(row & column & ~pushes_down);
  return {device, ((row ^ column) & pushes_down) != 0 ? count : -count};
}

/// One vector's; returns the place behind the last.
inline DevicePulses* meet(PulseTrain row, const PulseTrain* columns, int width, std::uint32_t device,
                          DevicePulses* to) {
  const PulseTrain slots = row & ~pushes_down;
  if (slots == 0) return to;
  int c = 0;
#if defined(__AVX512F__)
  const __m512i wanted = _mm512_set1_epi64(static_cast<long long>(slots));
  for (; c < width; c += 8) {
    const auto here = static_cast<__mmask8>(width - c >= 8 ? 0xff : (1 << (width - c)) - 1);
    const __m512i some = _mm512_maskz_loadu_epi64(here, columns + c);
    for (unsigned met = _mm512_test_epi64_mask(some, wanted); met != 0; met &= met - 1) {
      const int column = c + __builtin_ctz(met);
      *to++ = meeting(row, columns[column], device + static_cast<std::uint32_t>(column));
    }
  }
#else
  for (; c < width; ++c)
    if ((columns[c] & slots) != 0) *to++ = meeting(row, columns[c], device + static_cast<std::uint32_t>(c));
#endif
  return to;
}

}  // namespace

void MHO_DRAW_TRAINS(const TrainLines& lines, PulseTrain* to) {
#if defined(__AVX512F__)
  if (lines.length == 1) return draw_single_slots(lines, to);
#endif
  const float* uniform = lines.uniform;
  for (int i = 0; i < lines.count; ++i) {
    const float value = lines.values[i];
    to[i] = 0;
    if (value == 0) continue;
    to[i] = slots_of(uniform, lines.length, lines.thresholds[i]) | (value < 0 ? pushes_down : 0);
    uniform += lines.length;
  }
}

std::size_t MHO_COINCIDE(const TrainMeetings& meetings, DevicePulses* to) {
  DevicePulses* next = to;
  const PulseTrain* columns = meetings.columns;
  for (int v = 0; v < meetings.vectors; ++v, columns += meetings.width)
    next = meet(meetings.row[v * meetings.stride], columns, meetings.width, meetings.first_device, next);
  return static_cast<std::size_t>(next - to);
}

}  // namespace mho
