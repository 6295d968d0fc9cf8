// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/pulse_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/scoring/statistics.hpp"

namespace mho {
namespace {

constexpr int curve_points = 40, step_points = 10;

/// Devices of one model in blocks, each block an array of its own with a key of its own.
class Population {
 public:
  Population(const DeviceModel& model, int devices) : model_(model), devices_(static_cast<size_t>(devices)) {}

  /// Calls body(array, key, first device) for every block, its devices programmed to target_us.
  template <class Body>
  void each_block(double target_us, RandomKey key, const Body& body) const {
    constexpr size_t block = DeviceArray::block_devices;
    parallel_for((devices_ + block - 1) / block, [&](size_t b) {
      const size_t count = std::min(block, devices_ - b * block);
      const auto own = key.with("block", b);
      const auto array = model_.make("device", count, own);
      array->program(std::vector<float>(count, static_cast<float>(target_us)), {}, own);
      body(*array, own, b * block);
    });
  }
  size_t size() const { return devices_; }

 private:
  const DeviceModel& model_;
  size_t devices_;
};

/// What devices hold: without the write noise, where a model tells the two apart.
const std::vector<float>& held_us(DeviceArray& array) {
  for (const auto& column : array.state())
    if (column.name == "held_us") return *column.values;
  return array.written_us();
}

void pulse_all(DeviceArray& array, int count, RandomKey key) {
  std::vector<DevicePulses> pulses(array.size());
  for (size_t i = 0; i < pulses.size(); ++i) pulses[i] = {static_cast<std::uint32_t>(i), count};
  array.pulse(pulses, key);
}

MeanAndDeviation sample_of(const std::vector<float>& values) {
  const std::vector<double> doubles(values.begin(), values.end());
  return {mean_of(doubles), deviation_of(doubles)};
}

std::vector<PulseCurvePoint> curve_of(const Population& devices, double from_us, int pulses, RandomKey key) {
  const int points = std::min(pulses, curve_points);
  std::vector<PulseCurvePoint> curve;
  for (const bool up : {true, false})
    for (int i = 0; i <= points; ++i)
      curve.push_back({up, static_cast<int>(std::int64_t{pulses} * i / points), {}, 0, 0});
  std::vector<std::vector<float>> samples(curve.size(), std::vector<float>(devices.size()));
  devices.each_block(from_us, key, [&](DeviceArray& array, RandomKey own, size_t first) {
    for (size_t i = 0; i < curve.size(); ++i) {
      const int more = curve[i].pulses == 0 ? 0 : curve[i].pulses - curve[i - 1].pulses;
      if (more > 0) pulse_all(array, curve[i].up ? more : -more, own.with("curve", i));
      std::copy(array.written_us().begin(), array.written_us().end(),
                samples[i].begin() + static_cast<std::ptrdiff_t>(first));
    }
  });
  for (size_t i = 0; i < curve.size(); ++i) {
    curve[i].conductance_us = sample_of(samples[i]);
    curve[i].p5_us = percentile(samples[i], 5);
    curve[i].p95_us = percentile(samples[i], 95);
  }
  return curve;
}

/// Changes that one pulse makes of devices programmed to a conductance.
MeanAndDeviation step_of(const Population& devices, double conductance_us, bool up, RandomKey key) {
  std::vector<float> changes(devices.size());
  devices.each_block(conductance_us, key, [&](DeviceArray& array, RandomKey own, size_t first) {
    const auto before = held_us(array);
    pulse_all(array, up ? 1 : -1, own.with("step"));
    const auto& after = held_us(array);
    for (size_t i = 0; i < before.size(); ++i) changes[first + i] = after[i] - before[i];
  });
  return sample_of(changes);
}

std::vector<PulseStepStatistics> steps_of(const DeviceModel& model, const Population& devices,
                                          RandomKey key) {
  const auto range = model.range();
  std::vector<PulseStepStatistics> steps;
  for (int i = 0; i <= step_points; ++i) {
    const double g_us = range.min_us + (range.max_us - range.min_us) * i / step_points;
    const auto own = key.with("step", static_cast<std::uint64_t>(i));
    steps.push_back({g_us, model.pulse_us(g_us, true), step_of(devices, g_us, true, own),
                     model.pulse_us(g_us, false), step_of(devices, g_us, false, own)});
  }
  return steps;
}

SymmetryPointStatistics symmetry_of(const DeviceModel& model, const Population& devices, RandomKey key) {
  // Four times over the range: soft bounds are then within e^-8 of their distance.
  const int pulses = 8 * std::clamp(pulses_over_range(model) / 2, 8, 12500);
  std::vector<float> places(devices.size());
  const auto range = model.range();
  devices.each_block(
      (range.min_us + range.max_us) / 2, key, [&](DeviceArray& array, RandomKey own, size_t first) {
        std::vector<double> sums(array.size());
        for (int i = 0; i < pulses; ++i) {
          pulse_all(array, i % 2 == 0 ? 1 : -1, own.with("turn", static_cast<std::uint64_t>(i)));
          if (i < pulses / 4 * 3) continue;
          const auto& held = held_us(array);
          for (size_t d = 0; d < sums.size(); ++d) sums[d] += held[d];
        }
        for (size_t d = 0; d < sums.size(); ++d)
          places[first + d] = static_cast<float>(sums[d] / (pulses / 4));
      });
  SymmetryPointStatistics found{symmetry_point_us(model), sample_of(places), 0, 0, pulses};
  found.p5_us = percentile(places, 5);
  found.p95_us = percentile(places, 95);
  return found;
}

}  // namespace

int pulses_over_range(const DeviceModel& model) {
  const auto range = model.range();
  const double pulses = std::round((range.max_us - range.min_us) / model.pulse_step_us());
  return static_cast<int>(std::clamp(pulses, 1.0, 100000.0));
}

std::optional<double> symmetry_point_us(const DeviceModel& model) {
  if (model.one_sided()) return std::nullopt;
  constexpr int places = 256;
  const auto range = model.range();
  const auto excess_us = [&](double g_us) {
    return model.pulse_us(g_us, true).mean + model.pulse_us(g_us, false).mean;
  };
  const double span_us = range.max_us - range.min_us;
  double low = range.min_us, high = range.max_us, most = 0;
  bool found = false;
  for (int i = 0; i <= places && !found; ++i) {
    const double g_us = range.min_us + span_us * i / places, excess = excess_us(g_us);
    most = std::max(most, std::fabs(excess));
    found = excess < 0;
    (found ? high : low) = g_us;
  }
  if (most < 1e-9 * span_us) return std::nullopt;
  if (!found || high == range.min_us) return found ? range.min_us : range.max_us;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (excess_us(middle) < 0 ? high : low) = middle;
  }
  return (low + high) / 2;
}

PulseStatistics measure_pulses(const DeviceModel& model, int pulses, int devices, RandomKey key) {
  if (!model.can(DeviceVerb::pulse) || pulses < 1)
    throw ConfigError(fmt::format(
        "measuring pulses: expected a device that takes pulses and at least 1 of them, got {} of {}", pulses,
        model.can(DeviceVerb::pulse) ? "one that does" : "one that can only be programmed"));
  const Population population(model, devices);
  PulseStatistics found;
  found.curve = curve_of(population, model.range().min_us, pulses, key.with("curves"));
  found.steps = steps_of(model, population, key.with("steps"));
  if (!model.one_sided()) found.symmetry = symmetry_of(model, population, key.with("symmetry point"));
  return found;
}

}  // namespace mho
