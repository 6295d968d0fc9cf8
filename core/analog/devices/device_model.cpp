// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analog/devices/hermes.hpp"
#include "core/analog/devices/ideal.hpp"
#include "core/analog/devices/pcm.hpp"
#include "core/analog/devices/pulsed/constant_step.hpp"
#include "core/analog/devices/pulsed/exponential_step.hpp"
#include "core/analog/devices/pulsed/generic_programmable.hpp"
#include "core/analog/devices/pulsed/linear_step.hpp"
#include "core/analog/devices/pulsed/pcm_accumulative.hpp"
#include "core/analog/devices/pulsed/power_step.hpp"
#include "core/analog/devices/pulsed/pulse_table.hpp"
#include "core/analog/devices/pulsed/soft_bounds.hpp"
#include "core/analog/devices/pulsed/soft_bounds_reference.hpp"
#include "core/analog/devices/reram_cmo.hpp"
#include "core/analog/devices/reram_wan2022.hpp"
#include "core/analog/devices/state_independent.hpp"
#include "core/analog/devices/table.hpp"
#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

using Parameters = const DeviceParameters&;
using Made = std::unique_ptr<DeviceModel>;
using Name = const char*;

struct Entry {
  const char* name;
  double (*largest_us)(Parameters);  ///< the device's own g_max
  Made (*make)(double g_max_us, Parameters, Name);
  bool takes_pulses = false;
};

const PulsedParameters& common(const PulsedParameters& parameters) { return parameters; }
template <class Parameters>
const PulsedParameters& common(const Parameters& parameters) {
  return parameters.pulsed;
}

/// One of the PulsedDevices: a law under a name, with the coefficients of that name.
template <class Device, auto member>
constexpr Entry pulsed(const char* name) {
  return {name, [](Parameters p) { return common(p.*member).max_us; },
          [](double g, Parameters p, Name own) -> Made {
            return std::make_unique<Device>(g, p.*member, p.scales, own);
          },
          true};
}

constexpr std::array<Entry, 23> registry{{
    {"pcm", [](Parameters p) { return p.pcm.reference_g_max_us; },
     [](double g, Parameters p, Name) -> Made { return std::make_unique<PcmDevice>(g, p.pcm, p.scales); }},
    {"hermes_odp", [](Parameters p) { return p.hermes_odp.reference_g_max_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<HermesDevice>(g, "hermes_odp", p.hermes_odp, p.scales);
     }},
    {"hermes_tdp", [](Parameters p) { return p.hermes_tdp.reference_g_max_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<HermesDevice>(g, "hermes_tdp", p.hermes_tdp, p.scales);
     }},
    {"state_independent", [](Parameters p) { return p.state_independent.reference_g_max_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<StateIndependentDevice>(g, p.state_independent, p.scales);
     }},
    {"reram_wan2022", [](Parameters p) { return p.reram_wan2022.reference_g_max_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<Wan2022Device>(g, p.reram_wan2022, p.scales);
     }},
    {"reram_cmo", [](Parameters p) { return p.reram_cmo.max_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<CmoDevice>(g, p.reram_cmo, p.scales);
     }},
    {"table", [](Parameters p) { return double{read_device_table(p.table.file).g_us.back()}; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<TableDevice>(g, p.table, p.scales);
     }},
    {"ideal", [](Parameters) { return 25.0; },
     [](double g, Parameters, Name) -> Made { return std::make_unique<IdealDevice>(g); }},
    pulsed<ConstantStepDevice, &DeviceParameters::constant_step>("constant_step"),
    pulsed<LinearStepDevice, &DeviceParameters::linear_step>("linear_step"),
    pulsed<SoftBoundsDevice, &DeviceParameters::soft_bounds>("soft_bounds"),
    pulsed<SoftBoundsReferenceDevice, &DeviceParameters::soft_bounds_reference>("soft_bounds_reference"),
    pulsed<ExponentialStepDevice, &DeviceParameters::exponential_step>("exponential_step"),
    pulsed<PowerStepDevice, &DeviceParameters::power_step>("power_step"),
    pulsed<SoftBoundsDevice, &DeviceParameters::reram_sb>("reram_sb"),
    pulsed<ExponentialStepDevice, &DeviceParameters::reram_es>("reram_es"),
    pulsed<SoftBoundsReferenceDevice, &DeviceParameters::reram_om>("reram_om"),
    pulsed<SoftBoundsReferenceDevice, &DeviceParameters::reram_hfo2>("reram_hfo2"),
    pulsed<LinearStepDevice, &DeviceParameters::ecram>("ecram"),
    pulsed<LinearStepDevice, &DeviceParameters::ecram_mo>("ecram_mo"),
    {"pcm_accumulative", [](Parameters p) { return p.pcm_accumulative.saturation_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<PcmAccumulativeDevice>(g, p.pcm_accumulative, p.scales);
     },
     true},
    {"pulse_table", [](Parameters p) { return read_pulse_curves(p.pulse_table.file).max_us(); },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<PulseTableDevice>(g, p.pulse_table, p.scales);
     },
     true},
    {"generic_programmable", [](Parameters p) { return p.generic_programmable.max_us; },
     [](double g, Parameters p, Name) -> Made {
       return std::make_unique<GenericProgrammableDevice>(g, p.generic_programmable, p.scales);
     },
     true},
}};

}  // namespace

void DeviceModel::check_time(double time_s) const {
  constexpr double max_time_s = 1e12;  // 30 000 years: bounds the exponent of the drift law
  if (!(time_s >= 0 && time_s <= max_time_s))
    throw ConfigError(fmt::format("drift time: expected 0 to {:g} s, got {} s", max_time_s, time_s));
}

std::unique_ptr<DeviceModel> make_device_model(const std::string& name, double g_max_us,
                                               const DeviceParameters& parameters) {
  if (!std::isfinite(g_max_us) || g_max_us < 0)
    throw ConfigError(
        fmt::format("g_max_us: expected a number above 0, or 0 for the device's own, got {}", g_max_us));
  for (const auto& entry : registry)
    if (entry.name == name)
      return entry.make(g_max_us == 0 ? entry.largest_us(parameters) : g_max_us, parameters, entry.name);
  const auto known = device_model_names();
  throw ConfigError(
      fmt::format("unknown device model '{}'{}; known: {}", name, did_you_mean(name, known), join(known)));
}

std::vector<std::string> device_model_names() {
  std::vector<std::string> names;
  for (const auto& entry : registry) names.emplace_back(entry.name);
  return names;
}

std::vector<std::string> device_models_that(DeviceVerb verb) {
  std::vector<std::string> names;
  for (const auto& entry : registry)
    if (verb == DeviceVerb::program || entry.takes_pulses) names.emplace_back(entry.name);
  return names;
}

void require_verb(const std::string& name, DeviceVerb verb, const std::string& who) {
  const auto able = device_models_that(verb);
  if (std::find(able.begin(), able.end(), name) != able.end()) return;
  throw ConfigError(
      fmt::format("{}: expected a device that {}, got hardware.device = '{}'; those that do: {}", who,
                  verb == DeviceVerb::pulse ? "takes pulses" : "can be programmed", name, join(able)));
}

}  // namespace mho
