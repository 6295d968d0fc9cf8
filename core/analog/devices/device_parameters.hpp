// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/analog/devices/pulsed/pulsed_parameters.hpp"
#include "core/base/config_file.hpp"
#include "core/base/fields.hpp"

namespace mho {

/// The [device] table: factors on every model's noise, for asking what each part costs.
struct DeviceScales {
  double programming_noise_scale = 1;
  double drift_scale = 1;
  double read_noise_scale = 1;

  void fields(FieldVisitor& visitor);
};

/// clip(slope ln x + offset, min, max) of a conductance x as a fraction of g_max.
struct LogLine {
  double slope = 0;
  double offset = 0;
  double min = 0;
  double max = 0;

  /// Visits the four as `name`_slope and so on.
  void fields(FieldVisitor& visitor, const std::string& name, const std::string& help);
};

/// What the power-law models share. Conductances are fitted at reference_g_max_us and scale with g_max.
struct PowerLawParameters {
  double reference_g_max_us = 25;
  double t_0_s = 20;         ///< from programming to the read that counts as time 0
  double t_read_s = 250e-9;  ///< length of one read

  void fields(FieldVisitor& visitor);
};

/// [device.pcm]: Joshi et al., Nature Communications 11, 2473 (2020).
struct PcmParameters : PowerLawParameters {
  std::vector<double> programming_us = {0.26348, 1.9650, -1.1731};
  LogLine exponent_mean{-0.0155, 0.0244, 0.049, 0.1};
  LogLine exponent_deviation{-0.0125, -0.0059, 0.008, 0.045};
  double read_noise_at_g_max = 0.0088;
  double read_noise_power = 0.65;
  double read_noise_max = 0.2;

  void fields(FieldVisitor& visitor);
};

/// A line in ln x below `border`, from there on a polynomial (c0, c1, c2, c3).
struct PiecewiseParameters {
  double border = 0;
  LogLine below;
  std::vector<double> above = {0, 0, 0, 0};

  void fields(FieldVisitor& visitor, const std::string& name, const std::string& help);
};

/// [device.hermes_odp] and [device.hermes_tdp]: Le Gallo et al., Nature Electronics 6, 680 (2023), in the
/// form of aihwkit's HermesNoiseModel.
struct HermesParameters : PowerLawParameters {
  std::vector<double> programming_us;
  PiecewiseParameters exponent_mean, exponent_deviation, read_noise;

  void fields(FieldVisitor& visitor);
  static HermesParameters one_device();   ///< one device a sign of a weight
  static HermesParameters two_devices();  ///< two in parallel
};

/// [device.state_independent]: the same statistics for every conductance, as aihwkit's
/// StateIndependentNoiseModel has them at 25 µS.
struct StateIndependentParameters : PowerLawParameters {
  double programming_us = 0.2;
  double exponent_mean = 0.1;
  double exponent_deviation = 0.05;
  double read_noise_us = 1;

  void fields(FieldVisitor& visitor);
};

/// [device.reram_wan2022]: Wan et al., Nature 608, 504 (2022), in the form of aihwkit's
/// ReRamWan2022NoiseModel. Quartics (c0 to c4) of x = target / g_max, µS at reference_g_max_us.
struct WanParameters {
  double reference_g_max_us = 40;
  std::vector<double> deviation_1_s_us = {0.348, 16.030, -43.853, 45.393, -16.815};
  std::vector<double> deviation_1_d_us = {0.701, 22.086, -50.773, 47.095, -16.458};
  std::vector<double> deviation_2_d_us = {0.782, 20.274, -43.507, 37.062, -11.934};

  void fields(FieldVisitor& visitor);
};

/// How near to its target a device was accepted: within 0.2 % or within 2 %.
enum class Acceptance { narrow, wide };
template <>
inline constexpr std::array words_of<Acceptance>{"0.2 %", "2 %"};

/// [device.reram_cmo]: Falcone et al. (2025), in the form of aihwkit's ReRamCMONoiseModel. Absolute µS.
struct CmoParameters {
  double min_us = 9;
  double max_us = 88.2;
  Acceptance acceptance = Acceptance::narrow;                            ///< of program-and-verify
  std::vector<double> programming_0_2_us = {0.00081107, 0.00106879};     ///< c0 + c1 target
  std::vector<double> programming_2_us = {0.0112185391, 0.01129027418};  ///< the same at 2 %
  double decay_mean_us = -0.08900206;                                    ///< per ln(t / 1 s)
  std::vector<double> decay_deviation_us = {0.41183342, 0.04201137};     ///< c0 + c1 ln(t / 1 s)
  double read_noise_us = 0.0277316483;                                   ///< per log10(g / 1 µS)
  double t_read_s = 1e-6;

  void fields(FieldVisitor& visitor);
};

/// [device.table]: the user's own measurements.
struct TableParameters {
  std::string file = "";  ///< CSV; a run file's is relative to it
  double t_0_s = 20;
  double t_read_s = 0;

  void fields(FieldVisitor& visitor);
};

/// Every model's coefficients; the defaults are the papers'.
struct DeviceParameters {
  DeviceParameters();  // not inline: its lists would be built anew in every file, and GCC 12 warns of them

  DeviceScales scales;
  PcmParameters pcm;
  HermesParameters hermes_odp = HermesParameters::one_device();
  HermesParameters hermes_tdp = HermesParameters::two_devices();
  StateIndependentParameters state_independent;
  WanParameters reram_wan2022;
  CmoParameters reram_cmo;
  TableParameters table;
  PulsedParameters constant_step;
  LinearStepParameters linear_step;
  PulsedParameters soft_bounds = rpu_baseline();
  SoftBoundsReferenceParameters soft_bounds_reference;
  ExponentialStepParameters exponential_step;
  PowerStepParameters power_step;
  PulsedParameters reram_sb = mho::reram_sb();
  ExponentialStepParameters reram_es = ExponentialStepParameters::reram_es();
  SoftBoundsReferenceParameters reram_om = SoftBoundsReferenceParameters::reram_om();
  SoftBoundsReferenceParameters reram_hfo2 = SoftBoundsReferenceParameters::reram_hfo2();
  LinearStepParameters ecram = LinearStepParameters::ecram();
  LinearStepParameters ecram_mo = LinearStepParameters::ecram_mo();
  PcmAccumulativeParameters pcm_accumulative;
  PulseTableParameters pulse_table;
  GenericProgrammableParameters generic_programmable;
};

/// The tables [device] and [device.NAME] of `parameters`, which must outlive them.
std::vector<Section> device_sections(DeviceParameters& parameters);

/// Those that decide what device `name` does: [device] and, where it has one, [device.`name`].
std::vector<Section> device_sections(DeviceParameters& parameters, const std::string& name);

}  // namespace mho
