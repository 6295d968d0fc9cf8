// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_model.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/analog/devices/hermes.hpp"
#include "core/analog/devices/ideal.hpp"
#include "core/analog/devices/pcm.hpp"
#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

struct Entry {
  const char* name;
  std::unique_ptr<DeviceModel> (*make)(double g_max_us);
};

constexpr std::array<Entry, 4> registry{{
    {"pcm", [](double g) -> std::unique_ptr<DeviceModel> { return std::make_unique<PcmDevice>(g); }},
    {"hermes_odp",
     [](double g) -> std::unique_ptr<DeviceModel> {
       return std::make_unique<HermesDevice>(g, HermesDevice::Devices::one);
     }},
    {"hermes_tdp",
     [](double g) -> std::unique_ptr<DeviceModel> {
       return std::make_unique<HermesDevice>(g, HermesDevice::Devices::two);
     }},
    {"ideal", [](double g) -> std::unique_ptr<DeviceModel> { return std::make_unique<IdealDevice>(g); }},
}};

}  // namespace

void DeviceModel::check_lengths(size_t expected, std::initializer_list<size_t> lengths, const char* where) {
  for (const size_t length : lengths)
    if (length != expected)
      throw RunError(fmt::format("{}: expected {} devices in every span, got {}", where, expected, length));
}

void DeviceModel::check_time(double time_s) const {
  constexpr double max_time_s = 1e12;  // 30 000 years: bounds the exponent of the drift law
  if (!(time_s >= 0 && time_s <= max_time_s))
    throw ConfigError(fmt::format("drift time: expected 0 to {:g} s, got {} s", max_time_s, time_s));
}

std::unique_ptr<DeviceModel> make_device_model(const std::string& name, double g_max_us) {
  if (!std::isfinite(g_max_us) || g_max_us <= 0)
    throw ConfigError(fmt::format("g_max_us: expected a number above 0, got {}", g_max_us));
  for (const auto& entry : registry)
    if (entry.name == name) return entry.make(g_max_us);
  const auto known = device_model_names();
  throw ConfigError(
      fmt::format("unknown device model '{}'{}; known: {}", name, did_you_mean(name, known), join(known)));
}

std::vector<std::string> device_model_names() {
  std::vector<std::string> names;
  for (const auto& entry : registry) names.emplace_back(entry.name);
  return names;
}

}  // namespace mho
