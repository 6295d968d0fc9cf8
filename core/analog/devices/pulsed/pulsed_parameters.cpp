// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/pulsed/pulsed_parameters.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"

namespace mho {
namespace {

const Allowed us = between(0, 1e6);
const Allowed spread = between(0, 10);

/// A published device whose steps are linear in its weight W, counted from its symmetry point: step
/// (1 - gamma_up W / w_max) upwards, step (1 - gamma_down W / w_min) downwards.
struct LinearLaw {
  double step, w_max, w_min, gamma_up, gamma_down;
  double bound_deviation;          ///< of either bound, in W
  double step_noise, write_noise;  ///< in steps
};

/// The same device on the scale w, whose 0 is the middle of the range. Noise is given in mean steps there.
LinearStepParameters about_the_middle(const LinearLaw& law) {
  const double middle = (law.w_max + law.w_min) / 2, half = (law.w_max - law.w_min) / 2;
  const double up = law.step * (1 - law.gamma_up * middle / law.w_max);
  const double down = law.step * (1 - law.gamma_down * middle / law.w_min);
  const double mean = (up + down) / 2;
  LinearStepParameters found;
  found.pulsed.states = 2 * half / mean;
  found.pulsed.imbalance = (up - down) / (up + down);
  found.pulsed.bound_spread = law.bound_deviation / half;
  found.pulsed.step_noise = law.step_noise;
  found.pulsed.step_noise_floor = law.step_noise * law.step / mean;
  found.pulsed.write_noise = law.write_noise * law.step / mean;
  found.gamma_up = law.step / up * law.gamma_up * half / law.w_max;
  found.gamma_down = law.step / down * law.gamma_down * half / -law.w_min;
  return found;
}

/// Both ECRAM fits: noise in proportion to the step, spreads as given with them.
LinearStepParameters ecram_fit(double step, double w_max, double w_min, double gamma_up, double gamma_down,
                               double step_noise) {
  // aihwkit's spread is relative to each bound; their mean distance is 1.
  auto found = about_the_middle({step, w_max, w_min, gamma_up, gamma_down, 0.05, step_noise, 0});
  found.pulsed.step_noise_floor = 0;
  found.pulsed.step_spread = 0.1;
  found.pulsed.imbalance_spread = 0.01;
  found.gamma_spread = 0.05;
  return found;
}

/// Both arrays of Gong et al., IEDM 2022: log-normal steps, bounds of 1 with deviations of their own, a
/// reference at the symmetry point with an error of 5 %.
SoftBoundsReferenceParameters array_fit(double step, double step_spread, double upper, double lower,
                                        double step_noise, double write_noise) {
  SoftBoundsReferenceParameters found;
  found.pulsed.states = 2 / step;
  found.pulsed.step_log_normal = true;
  found.pulsed.step_spread = step_spread;
  found.pulsed.imbalance_spread = 0.01;
  found.pulsed.bound_spread = (upper + lower) / 2;
  found.pulsed.bound_spread_imbalance = (upper - lower) / (upper + lower);
  found.pulsed.step_noise_floor = step_noise;
  found.pulsed.write_noise = write_noise;
  found.reference_spread = 0.05;
  return found;
}

/// Throws for the first value outside what is allowed: for parameters that no file was read into.
class RangeCheck : public FieldVisitor {
 public:
  explicit RangeCheck(const std::string& device) : device_(device) {}
  void field(std::string_view name, FieldValue value, const Allowed& allowed, std::string_view) override {
    auto* const* number = std::get_if<double*>(&value);
    if (number != nullptr && !(**number >= allowed.min && **number <= allowed.max))
      throw ConfigError(fmt::format("device.{}.{}: expected {} to {}, got {}", device_, name, allowed.min,
                                    allowed.max, **number));
  }

 private:
  const std::string& device_;
};

}  // namespace

void PulseBudget::fields(FieldVisitor& visitor) {
  visitor.field("endurance_pulses", &endurance_pulses, between(0, 1e18),
                "Pulses until a device wears out: what a score divides its writes by; 0: not known.");
  visitor.field("pulse_energy_low_j", &pulse_energy_low_j, between(0, 1),
                "Energy of one pulse on one device, J, the least that sources say; 0: not known.");
  visitor.field("pulse_energy_high_j", &pulse_energy_high_j, between(0, 1), "The most that sources say.");
}

void PulsedParameters::fields(FieldVisitor& visitor) {
  visitor.field("min_us", &min_us, us, "Smallest mean conductance of the device, µS.");
  visitor.field("max_us", &max_us, between(0.001, 1e6), "Largest mean conductance of the device, µS.");
  visitor.field("states", &states, between(2, 1e6),
                "Pulses from one bound to the other, if all had the size that they have where f = 1.");
  visitor.field("imbalance", &imbalance, between(-0.99, 0.99),
                "(up - down) / (up + down) of the mean steps in the middle of the range.");
  visitor.field("step_spread", &step_spread, spread,
                "Device to device: relative standard deviation of the step.");
  visitor.field("step_log_normal", &step_log_normal, anything(),
                "Device to device: steps are log-normal, with step_spread the deviation of their logarithm.");
  visitor.field("imbalance_spread", &imbalance_spread, between(0, 1),
                "Device to device: standard deviation of the imbalance.");
  visitor.field("bound_spread", &bound_spread, between(0, 1),
                "Device to device: relative standard deviation of either bound's distance from the middle.");
  visitor.field("bound_spread_imbalance", &bound_spread_imbalance, between(-1, 1),
                "(upper - lower) / (upper + lower) of the two bounds' deviations.");
  visitor.field("step_noise", &step_noise, spread, "Pulse to pulse: relative standard deviation of a step.");
  visitor.field("step_noise_floor", &step_noise_floor, spread,
                "Pulse to pulse: standard deviation in mean steps that a pulse has wherever the device is.");
  visitor.field(
      "write_noise", &write_noise, between(0, 1000),
      "Standard deviation, in mean steps, of what a device shows after a write about what it holds.");
  visitor.field("decay_time_s", &decay_time_s, between(0, 1e12),
                "Seconds in which a device falls to 1/e of its distance from the middle; 0: never.");
  budget.fields(visitor);
}

void PulsedParameters::check(const std::string& name) const {
  auto copy = *this;
  RangeCheck check(name);
  copy.fields(check);
  if (min_us >= max_us)
    throw ConfigError(
        fmt::format("device.{}.min_us, max_us: expected min below max, got {} and {}", name, min_us, max_us));
}

void LinearStepParameters::fields(FieldVisitor& visitor) {
  pulsed.fields(visitor);
  visitor.field("gamma_up", &gamma_up, between(-1, 1), "An up pulse moves 1 - gamma_up w steps.");
  visitor.field("gamma_down", &gamma_down, between(-1, 1), "A down pulse moves 1 + gamma_down w steps.");
  visitor.field("gamma_spread", &gamma_spread, spread,
                "Device to device: relative standard deviation of either gamma.");
}

void SoftBoundsReferenceParameters::fields(FieldVisitor& visitor) {
  pulsed.fields(visitor);
  visitor.field("slope_spread", &slope_spread, spread,
                "Device to device: relative standard deviation of how fast steps shrink towards a bound.");
  visitor.field("at_symmetry_point", &at_symmetry_point, anything(),
                "The reference device of each device holds its symmetry point, instead of `reference`.");
  visitor.field("reference", &reference, between(-1, 1), "Mean reference on the scale -1 to 1.");
  visitor.field("reference_spread", &reference_spread, between(0, 1),
                "Device to device: standard deviation of the reference on that scale.");
}

void ExponentialStepParameters::fields(FieldVisitor& visitor) {
  pulsed.fields(visitor);
  visitor.field("slope", &slope, between(-100, 100), "z = slope w + offset, w from -1 to 1.");
  visitor.field("offset", &offset, between(-100, 100), "See slope.");
  visitor.field("gamma_up", &gamma_up, between(-40, 40),
                "An up pulse moves max(1 - amplitude_up exp(gamma_up z), 0) steps.");
  visitor.field("gamma_down", &gamma_down, between(-40, 40),
                "A down pulse moves max(1 - amplitude_down exp(-gamma_down z), 0) steps.");
  visitor.field("amplitude_up", &amplitude_up, between(-1e6, 1e6), "See gamma_up.");
  visitor.field("amplitude_down", &amplitude_down, between(-1e6, 1e6), "See gamma_down.");
}

void PowerStepParameters::fields(FieldVisitor& visitor) {
  pulsed.fields(visitor);
  visitor.field("gamma_up", &gamma_up, between(0, 20), "An up pulse moves (1 - w / bound)^gamma_up steps.");
  visitor.field("gamma_down", &gamma_down, between(0, 20), "The same downwards.");
  visitor.field("gamma_spread", &gamma_spread, spread,
                "Device to device: relative standard deviation of either gamma.");
}

void PulseTableParameters::fields(FieldVisitor& visitor) {
  visitor.field("file", &file, anything(),
                "CSV, relative to this file, with a line of names: up_us and down_us (conductance after each "
                "pulse, rising and falling) and, where pulses were left out, pulse (their number).");
  visitor.field("nodes", &nodes, between(2, 100),
                "Points of the piecewise linear fit of the step over the conductance.");
  visitor.field("noise_from_curves", &noise_from_curves, anything(),
                "Pulse-to-pulse noise is what the fit leaves of the measured steps, instead of step_noise.");
  visitor.field("step_noise", &step_noise, spread, "Pulse to pulse: relative standard deviation of a step.");
  visitor.field("step_spread", &step_spread, spread,
                "Device to device: relative standard deviation of the step.");
  visitor.field("imbalance_spread", &imbalance_spread, between(0, 1),
                "Device to device: standard deviation of (up - down) / (up + down).");
  visitor.field("bound_spread", &bound_spread, between(0, 1),
                "Device to device: relative standard deviation of either bound's distance from the middle.");
  visitor.field("decay_time_s", &decay_time_s, between(0, 1e12),
                "Seconds in which a device falls to 1/e of its distance from the middle; 0: never.");
  budget.fields(visitor);
}

void PcmAccumulativeParameters::fields(FieldVisitor& visitor) {
  visitor.field("min_us", &min_us, between(0.001, 1e6), "Mean conductance after a reset, µS.");
  visitor.field("max_us", &max_us, between(0.001, 1e6), "Conductance that no pulse leads beyond, µS.");
  visitor.field("saturation_us", &saturation_us, between(0.001, 1e6),
                "Conductance of a device that counts as full, µS: the default of hardware.g_max_us.");
  visitor.field("granularity_us", &granularity_us, between(0.001, 1e6),
                "Conductance that one pulse counts for in training, µS.");
  visitor.field("memory_pulses", &memory_pulses, between(0.01, 1e6),
                "The p-th pulse after a reset has the memory m = exp(-p / memory_pulses).");
  visitor.field("mean_slope", &mean_slope, between(-1, 1),
                "Mean of a step, µS: mean_slope g + mean_us + mean_memory_us m.");
  visitor.field("mean_us", &mean_us, us, "See mean_slope.");
  visitor.field("mean_memory_us", &mean_memory_us, us, "See mean_slope.");
  visitor.field("noise_slope", &noise_slope, between(0, 1),
                "Deviation of a step, µS: noise_slope g + noise_us + noise_memory_us m.");
  visitor.field("noise_us", &noise_us, us, "See noise_slope.");
  visitor.field("noise_memory_us", &noise_memory_us, us, "See noise_slope.");
  visitor.field("reset_spread", &reset_spread, between(0, 1), "Relative deviation of what a reset leaves.");
  visitor.field(
      "programming_pulses", &programming_pulses, between(1, 1000),
      "Most pulses of one programming: a reset, then as many as lead nearest to the target on average.");
  visitor.field("drift_exponent", &drift_exponent, between(0, 10), "Drift is ((t + t_0) / t_0)^-exponent.");
  visitor.field("t_0_s", &t_0_s, between(1e-12, 1e9),
                "Seconds from a pulse to the read that counts as time 0.");
  visitor.field("read_noise_slope", &read_noise_slope, between(0, 10),
                "Deviation of a read, µS: read_noise_slope g + read_noise_us.");
  visitor.field("read_noise_us", &read_noise_us, us, "See read_noise_slope.");
  budget.fields(visitor);
}

void GenericProgrammableParameters::fields(FieldVisitor& visitor) {
  visitor.field("min_us", &min_us, us, "Conductance of the lowest level, µS.");
  visitor.field("max_us", &max_us, between(0.001, 1e6), "Conductance of the highest level, µS.");
  visitor.field("levels", &levels, between(2, 1e6), "Levels, evenly over the range; a pulse moves by one.");
  visitor.field("write_deviation", &write_deviation, between(0, 1),
                "Standard deviation of a write about its level, of the range.");
  budget.fields(visitor);
}

LinearStepParameters LinearStepParameters::ecram() {
  return ecram_fit(0.002, 1.1724, -0.8276, 0.1153, 0.5085, 0.3);
}

LinearStepParameters LinearStepParameters::ecram_mo() {
  return ecram_fit(2.8214e-4, 1.1714, -0.8286, 0.4152, 0.7342, 2.0);
}

SoftBoundsReferenceParameters SoftBoundsReferenceParameters::reram_om() {
  return array_fit(0.0949, 0.7829, 0.3499, 0.5695, 0.4158, 1.4113);
}

SoftBoundsReferenceParameters SoftBoundsReferenceParameters::reram_hfo2() {
  return array_fit(0.4622, 0.7125, 0.4295, 0.5990, 0.2174, 0.5841);
}

ExponentialStepParameters ExponentialStepParameters::reram_es() {
  constexpr double step = 0.00135, up_down = 0.259359;  // its down steps are smaller by that part
  constexpr double mean = step * (1 - up_down / 2);
  ExponentialStepParameters found;
  found.pulsed.states = 2 / mean;
  found.pulsed.imbalance = step * up_down / 2 / mean;
  found.pulsed.step_spread = 0.2;
  found.pulsed.imbalance_spread = 0.05;
  found.pulsed.bound_spread = 0.3;
  found.pulsed.step_noise = 5;
  found.pulsed.write_noise = 75 * step / mean;
  return found;
}

PulsedParameters rpu_baseline() {
  PulsedParameters found;
  found.step_spread = found.bound_spread = found.step_noise = 0.3;
  found.imbalance_spread = 0.01;
  return found;
}

PulsedParameters reram_sb() {
  auto found = about_the_middle({0.002, 1.25, -0.75, 1, 1, 0.3, 3.75, 56}).pulsed;
  found.step_noise = 0;  // its noise does not shrink with the step
  found.step_spread = 0.3;
  found.imbalance_spread = 0.01;
  return found;
}

}  // namespace mho
