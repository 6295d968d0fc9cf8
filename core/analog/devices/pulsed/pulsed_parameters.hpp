// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/fields.hpp"

namespace mho {

/// What pulses cost a device; 0 where it is not known, so that a score can say so.
struct PulseBudget {
  double endurance_pulses = 0;     ///< pulses until a device wears out
  double pulse_energy_low_j = 0;   ///< energy of one pulse on one device: where sources disagree, the least
  double pulse_energy_high_j = 0;  ///< ... and the most

  void fields(FieldVisitor& visitor);
};

/// What devices that take pulses have in common; conductances on a scale w from -1 (min_us) to 1 (g_max).
struct PulsedParameters {
  double min_us = 10;
  double max_us = 30;
  double states = 1200;               ///< pulses from one bound to the other, all of the mean size
  double imbalance = 0;               ///< (up - down) / (up + down) of the mean steps
  double step_spread = 0;             ///< device to device: relative deviation of the step
  bool step_log_normal = false;       ///< device to device: steps are log-normal
  double imbalance_spread = 0;        ///< device to device: deviation of the imbalance
  double bound_spread = 0;            ///< device to device: relative deviation of either bound
  double bound_spread_imbalance = 0;  ///< (upper - lower) / (upper + lower) of the bounds' deviations
  double step_noise = 0;              ///< pulse to pulse: relative deviation of a step
  double step_noise_floor = 0;        ///< pulse to pulse: deviation in mean steps, wherever the device is
  double write_noise = 0;             ///< of what a write leaves to be read, in mean steps; does not add up
  double decay_time_s = 0;            ///< of the return to the middle by itself; 0: never
  PulseBudget budget = {};

  void fields(FieldVisitor& visitor);
  /// Throws ConfigError (key of device.`name`, expected, got) for what no device can have.
  void check(const std::string& name) const;
};

/// [device.linear_step]: f = 1 - gamma w upwards, 1 + gamma w downwards.
struct LinearStepParameters {
  PulsedParameters pulsed = {};
  double gamma_up = 0.5, gamma_down = 0.5;
  double gamma_spread = 0;  ///< device to device: relative deviation of either gamma

  void fields(FieldVisitor& visitor);
  static LinearStepParameters ecram();     ///< lithium ECRAM of Tang et al., IEDM 2018
  static LinearStepParameters ecram_mo();  ///< metal-oxide ECRAM of Kim et al., IEDM 2019
};

/// [device.soft_bounds_reference].
struct SoftBoundsReferenceParameters {
  PulsedParameters pulsed = {};
  double slope_spread = 0;        ///< device to device: relative deviation of how fast steps shrink
  bool at_symmetry_point = true;  ///< the reference is each device's symmetry point
  double reference = 0;           ///< else the mean reference, on the scale w
  double reference_spread = 0;    ///< device to device: deviation of the reference

  void fields(FieldVisitor& visitor);
  static SoftBoundsReferenceParameters reram_om();    ///< ReRAM array of Gong et al., IEDM 2022
  static SoftBoundsReferenceParameters reram_hfo2();  ///< the HfO2 array beside it
};

/// [device.exponential_step]: f = max(1 - amplitude e^(+-gamma z), 0), z = slope w + offset.
struct ExponentialStepParameters {
  PulsedParameters pulsed = {};
  double slope = -0.5, offset = -0.5;
  double gamma_up = 5, gamma_down = 5;
  double amplitude_up = -1.18445, amplitude_down = -0.081404;

  void fields(FieldVisitor& visitor);
  static ExponentialStepParameters reram_es();  ///< HfO2 ReRAM of Gong et al., Nat. Commun. 9, 2102 (2018)
};

/// [device.power_step]: f = (1 - w / bound)^gamma of the bound ahead.
struct PowerStepParameters {
  PulsedParameters pulsed = {};
  double gamma_up = 1, gamma_down = 1;
  double gamma_spread = 0;  ///< device to device: relative deviation of either gamma

  void fields(FieldVisitor& visitor);
};

/// [device.pulse_table]: the user's own curves.
struct PulseTableParameters {
  std::string file = "";          ///< CSV; a run file's is relative to it
  int nodes = 9;                  ///< of the piecewise linear fit of step over conductance
  bool noise_from_curves = true;  ///< pulse-to-pulse noise is what the fit leaves
  double step_noise = 0;          ///< else this, as in PulsedParameters
  double step_spread = 0, imbalance_spread = 0, bound_spread = 0, decay_time_s = 0;
  PulseBudget budget = {};

  void fields(FieldVisitor& visitor);
};

/// [device.pcm_accumulative]: Nandakumar et al., Journal of Applied Physics 124, 152135 (2018).
struct PcmAccumulativeParameters {
  double min_us = 0.1;           ///< after a reset
  double max_us = 12;            ///< the end of all pulses
  double saturation_us = 9;      ///< what counts as full: the default g_max
  double granularity_us = 0.75;  ///< of a pulse, as training counts them
  double memory_pulses = 2.6;
  double mean_slope = -0.084, mean_us = 0.880, mean_memory_us = 1.40;
  double noise_slope = 0.091, noise_us = 0.260, noise_memory_us = 2.15;
  double reset_spread = 0.1;  ///< relative deviation of min_us
  int programming_pulses = 20;
  double drift_exponent = 0.04, t_0_s = 38.6;
  double read_noise_slope = 0.03, read_noise_us = 0.13;
  PulseBudget budget = {};

  void fields(FieldVisitor& visitor);
};

/// [device.generic_programmable]: levels that a pulse steps through.
struct GenericProgrammableParameters {
  double min_us = 10;
  double max_us = 30;
  int levels = 16;
  double write_deviation = 0.02;  ///< of the range
  PulseBudget budget = {};

  void fields(FieldVisitor& visitor);
};

/// Bounds of 0.6 +- 30 %, steps of 0.001 +- 30 % and noise of 30 %: the baseline of Gokmen and Vlasov 2016.
PulsedParameters rpu_baseline();
/// ReRAM of Gong et al., Nat. Commun. 9, 2102 (2018), as soft bounds.
PulsedParameters reram_sb();

}  // namespace mho
