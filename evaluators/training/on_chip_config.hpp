// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/tile/update.hpp"
#include "core/base/fields.hpp"

namespace mho {

/// How an outer product becomes pulses: coincidences of random trains, or the nearest whole number on every
/// device.
enum class PulseChoice { stochastic, deterministic };
template <>
inline constexpr std::array words_of<PulseChoice>{"stochastic", "deterministic"};

/// The part of [training] that concerns weights which live on devices while they are trained.
struct OnChipConfig {
  PulseChoice pulses = PulseChoice::stochastic;
  int pulse_slots = 31;  ///< BL
  bool update_management = true;
  bool length_management = true;
  double weight_bound = 0;        ///< weight at a device's mean bound; 0: from weight_headroom
  double weight_headroom = 3;     ///< that bound over a layer's largest initial weight
  double seconds_per_sample = 0;  ///< that pass while one sample trains: devices drift meanwhile
  int symmetry_pulses = 2000;     ///< zero_shift, tiki_taka
  double write_threshold = 1;     ///< mixed_precision, hybrid: in mean steps of the device
  int accumulator_bits = 0;       ///< 0: float32
  double accumulator_range = 1;   ///< what its largest number stands for, in mean steps
  bool verify_writes = false;     ///< the accumulator keeps what a write missed
  double refresh_level = 0.75;    ///< of the range: RefreshConfig::full
  int refresh_every = 100;        ///< samples
  double fast_rate = 0.1;         ///< tiki_taka: learning rate of the fast array
  double transfer_rate = 0.1;     ///< tiki_taka: over the learning rate and the vectors between two reads
  int transfer_every = 1;         ///< tiki_taka: vectors

  void fields(FieldVisitor& visitor);
  UpdateConfig update() const;
};

}  // namespace mho
