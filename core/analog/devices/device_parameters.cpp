// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_parameters.hpp"

namespace mho {
namespace {

// A time of 0 or a conductance of 0 would divide by it.
const Allowed positive_us = between(0.001, 1e6);
const Allowed positive_s = between(1e-12, 1e9);
const Allowed factor = between(0, 1000);

}  // namespace

void DeviceScales::fields(FieldVisitor& visitor) {
  visitor.field("programming_noise_scale", &programming_noise_scale, factor,
                "Factor on the programming noise of the device model, whichever it is.");
  visitor.field("drift_scale", &drift_scale, factor,
                "Factor on the drift: on exponents, or on what relaxation shifts and spreads.");
  visitor.field("read_noise_scale", &read_noise_scale, factor, "Factor on the read noise.");
}

void LogLine::fields(FieldVisitor& visitor, const std::string& name, const std::string& help) {
  visitor.field(name + "_slope", &slope, between(-100, 100), help + ": clip(slope ln x + offset, min, max).");
  visitor.field(name + "_offset", &offset, between(-100, 100), "See slope.");
  visitor.field(name + "_min", &min, between(0, 100), "See slope.");
  visitor.field(name + "_max", &max, between(0, 100), "See slope.");
}

void PowerLawParameters::fields(FieldVisitor& visitor) {
  visitor.field("reference_g_max_us", &reference_g_max_us, positive_us,
                "The g_max of the fit, µS: programming noise scales with hardware.g_max_us over it.");
  visitor.field(
      "t_0_s", &t_0_s, positive_s,
      "Seconds from programming to the read that counts as time 0: drift is ((t + t_0) / t_0)^-nu.");
  visitor.field("t_read_s", &t_read_s, positive_s,
                "Seconds of one read: its noise grows with sqrt(ln((t + t_0 + t_read) / (2 t_read))).");
}

void PcmParameters::fields(FieldVisitor& visitor) {
  PowerLawParameters::fields(visitor);
  visitor.field("programming_us", &programming_us, anything(),
                "c0, c1, c2 of the programming deviation c0 + c1 x + c2 x^2, µS; x = target / g_max.");
  exponent_mean.fields(visitor, "exponent_mean", "Mean of the drift exponent, unitless");
  exponent_deviation.fields(visitor, "exponent_deviation", "Deviation of the drift exponent, unitless");
  visitor.field("read_noise_at_g_max", &read_noise_at_g_max, factor,
                "Relative read noise min(at_g_max / x^power, max); x = programmed / g_max.");
  visitor.field("read_noise_power", &read_noise_power, between(0, 10), "See read_noise_at_g_max.");
  visitor.field("read_noise_max", &read_noise_max, factor, "See read_noise_at_g_max.");
}

void PiecewiseParameters::fields(FieldVisitor& visitor, const std::string& name, const std::string& help) {
  visitor.field(name + "_border", &border, between(0, 1), help + ": below this x a line in ln x.");
  below.fields(visitor, name, help + " below the border");
  visitor.field(name + "_polynomial", &above, anything(),
                help + " from the border on: c0 + c1 x + c2 x^2 + c3 x^3.");
}

void HermesParameters::fields(FieldVisitor& visitor) {
  PowerLawParameters::fields(visitor);
  visitor.field("programming_us", &programming_us, anything(),
                "c0 to c3 of the programming deviation c0 + c1 x + c2 x^2 + c3 x^3, µS; x = target / g_max.");
  exponent_mean.fields(visitor, "exponent_mean", "Mean of the drift exponent");
  exponent_deviation.fields(visitor, "exponent_deviation", "Deviation of the drift exponent");
  read_noise.fields(visitor, "read_noise", "Relative read noise of x = programmed / g_max");
}

HermesParameters HermesParameters::one_device() {
  HermesParameters fit;
  fit.reference_g_max_us = 10.35;
  fit.t_0_s = 200;
  fit.t_read_s = 512e-9;
  fit.programming_us = {0.15781817, 2.32443916, -2.16310839, 0.68841818};
  fit.exponent_mean = {0.0945, {-0.0387, -0.0182, 0.072, 0.13}, {0.0736, -0.0126, -0.0436, 0}};
  fit.exponent_deviation = {0.3039, {-0.0120, -0.0023, 0.0124, 0.04}, {0.0104, 0.0116, -0.0165, 0}};
  fit.read_noise = {0.1591, {-0.0078, 0.0038, 0.0179, 0.04}, {0.0088, 0.0768, -0.1352, 0.0664}};
  return fit;
}

HermesParameters HermesParameters::two_devices() {
  HermesParameters fit = one_device();
  fit.reference_g_max_us = 20.7;
  fit.t_0_s = 300;
  fit.programming_us = {0.16603222, 4.71806468, -8.48101252, 4.68961419};
  fit.exponent_deviation = {0.3055, {-0.0117, -0.0057, 0.0091, 0.04}, {0.0073, 0.0093, -0.0118, 0}};
  fit.read_noise = {0.16, {-0.0117, -0.0069, 0.015, 0.04}, {0.0123, 0.0211, -0.0280, 0.0069}};
  return fit;
}

void StateIndependentParameters::fields(FieldVisitor& visitor) {
  PowerLawParameters::fields(visitor);
  visitor.field("programming_us", &programming_us, factor, "Programming deviation, µS.");
  visitor.field("exponent_mean", &exponent_mean, between(0, 100),
                "Mean of the drift exponent before its sign is dropped.");
  visitor.field("exponent_deviation", &exponent_deviation, between(0, 100), "Deviation of it.");
  visitor.field(
      "read_noise_us", &read_noise_us, factor,
      "Read noise at g_max, µS; in proportion below, and times the factor that t_read_s describes.");
}

void WanParameters::fields(FieldVisitor& visitor) {
  visitor.field("reference_g_max_us", &reference_g_max_us, positive_us,
                "The g_max of the fits, µS: deviations scale with hardware.g_max_us over it.");
  visitor.field("deviation_1_s_us", &deviation_1_s_us, anything(),
                "c0 to c4: deviation from the target 1 s after programming, µS; of x = target / g_max.");
  visitor.field("deviation_1_d_us", &deviation_1_d_us, anything(), "The same after one day.");
  visitor.field("deviation_2_d_us", &deviation_2_d_us, anything(), "The same after two days.");
}

void CmoParameters::fields(FieldVisitor& visitor) {
  visitor.field("min_us", &min_us, positive_us, "Smallest conductance of the device, µS.");
  visitor.field("max_us", &max_us, positive_us, "Largest conductance of the device, µS.");
  visitor.field("acceptance", &acceptance,
                "Which of the two programming fits: how near to its target a device was accepted.");
  visitor.field("programming_0_2_us", &programming_0_2_us, anything(),
                "c0, c1 of the programming deviation c0 + c1 target (µS), accepted within 0.2 %.");
  visitor.field("programming_2_us", &programming_2_us, anything(), "The same, accepted within 2 %.");
  visitor.field("decay_mean_us", &decay_mean_us, between(-1000, 1000),
                "Mean shift for each e-fold of time after 1 s, µS.");
  visitor.field("decay_deviation_us", &decay_deviation_us, anything(),
                "c0, c1 of the shift's deviation c0 + c1 ln(t / 1 s), µS.");
  visitor.field("read_noise_us", &read_noise_us, factor,
                "Read noise, µS, for each factor of ten of the conductance above 1 µS.");
  visitor.field("t_read_s", &t_read_s, positive_s,
                "Seconds of one read: its noise grows with sqrt(ln((t + t_read) / (2 t_read))).");
}

void TableParameters::fields(FieldVisitor& visitor) {
  visitor.field(
      "file", &file, anything(),
      "CSV, relative to this file, with a line of names: g_us, sigma_us and, where wanted, nu_mean, "
      "nu_deviation, read_noise (relative). g_us rises from 0 to at least g_max; values between "
      "rows are interpolated.");
  visitor.field(
      "t_0_s", &t_0_s, positive_s,
      "Seconds from programming to the read that counts as time 0: drift is ((t + t_0) / t_0)^-nu.");
  visitor.field("t_read_s", &t_read_s, between(0, 1e9),
                "0: read noise stays as it is in the table. Else the seconds of one read, and the noise is "
                "read_noise sqrt(ln((t + t_0 + t_read) / (2 t_read))).");
}

DeviceParameters::DeviceParameters() = default;

std::vector<Section> device_sections(DeviceParameters& parameters) {
  const auto section = [](const char* name, const char* help, auto& fields) {
    return Section{name, help, [values = &fields](FieldVisitor& visitor) { values->fields(visitor); }};
  };
  auto& p = parameters;
  return {
      section("device", "Factors on the noise of the device model, whichever it is.", p.scales),
      section("device.pcm", "Coefficients of phase-change memory (docs/physics.md).", p.pcm),
      section("device.hermes_odp", "Coefficients of one HERMES device a sign.", p.hermes_odp),
      section("device.hermes_tdp", "Coefficients of two HERMES devices a sign.", p.hermes_tdp),
      section("device.state_independent", "Coefficients of the state-independent model.",
              p.state_independent),
      section("device.reram_wan2022", "Coefficients of resistive memory after Wan et al.", p.reram_wan2022),
      section("device.reram_cmo", "Coefficients of CMO/HfOx resistive memory.", p.reram_cmo),
      section("device.table", "A device from measurements.", p.table),
      section("device.constant_step", "A device whose pulses all have one size.", p.constant_step),
      section("device.linear_step", "A device whose pulses change linearly over the range.", p.linear_step),
      section("device.soft_bounds", "A device whose pulses shrink towards its bounds.", p.soft_bounds),
      section("device.soft_bounds_reference", "Soft bounds, read beside a reference device.",
              p.soft_bounds_reference),
      section("device.exponential_step", "A device whose pulses change exponentially.", p.exponential_step),
      section("device.power_step", "A device whose pulses shrink by a power law.", p.power_step),
      section("device.reram_sb", "ReRAM of Gong et al. 2018 as soft bounds.", p.reram_sb),
      section("device.reram_es", "ReRAM of Gong et al. 2018 as exponential steps.", p.reram_es),
      section("device.reram_om", "The optimised ReRAM array of Gong et al. 2022.", p.reram_om),
      section("device.reram_hfo2", "The HfO2 ReRAM array of Gong et al. 2022.", p.reram_hfo2),
      section("device.ecram", "Lithium ECRAM of Tang et al. 2018.", p.ecram),
      section("device.ecram_mo", "Metal-oxide ECRAM of Kim et al. 2019.", p.ecram_mo),
      section("device.pcm_accumulative", "Phase-change memory under pulses, Nandakumar et al. 2018.",
              p.pcm_accumulative),
      section("device.pulse_table", "A device from measured pulse curves.", p.pulse_table),
      section("device.generic_programmable", "Levels and a write deviation.", p.generic_programmable)};
}

std::vector<Section> device_sections(DeviceParameters& parameters, const std::string& name) {
  std::vector<Section> chosen;
  for (auto& section : device_sections(parameters))
    if (section.name == "device" || section.name == "device." + name) chosen.push_back(std::move(section));
  return chosen;
}

}  // namespace mho
