// SPDX-License-Identifier: Apache-2.0
#include "evaluators/measures/device_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"
#include "core/base/parallel.hpp"
#include "evaluators/scoring/statistics.hpp"

namespace mho {
namespace {

MeanAndDeviation sample_of(const std::vector<float>& values) {
  const std::vector<double> doubles(values.begin(), values.end());
  return {mean_of(doubles), deviation_of(doubles)};
}

/// The value that `fraction` of the sorted sample lies below.
double percentile(const std::vector<float>& sorted, double fraction) {
  return sorted[static_cast<size_t>(fraction * static_cast<double>(sorted.size() - 1))];
}

/// Of the state column that says how devices drift; zeros where they do not.
MeanAndDeviation drift_sample(DeviceArray& array, const std::string& column) {
  for (const auto& found : array.state())
    if (found.name == column) return sample_of(*found.values);
  return {};
}

TargetStatistics measure_target(const DeviceModel& model, double target_us,
                                const std::vector<double>& times_s, int devices, RandomKey key) {
  auto sample = sample_devices(model, target_us, times_s, devices, key);
  TargetStatistics result{target_us,
                          model.programming_deviation_us(target_us),
                          sample_of(sample.programmed_us),
                          model.drift_moments(target_us),
                          sample.drift,
                          {}};
  for (size_t t = 0; t < times_s.size(); ++t) {
    auto& conductances = sample.reads_us[t];
    ReadStatistics read{times_s[t], model.expected_us(target_us, times_s[t]), sample_of(conductances)};
    std::sort(conductances.begin(), conductances.end());
    read.p5_us = percentile(conductances, 0.05);
    read.p50_us = percentile(conductances, 0.5);
    read.p95_us = percentile(conductances, 0.95);
    result.reads.push_back(read);
  }
  return result;
}

void check_target(const DeviceModel& model, double target_us) {
  const auto range = model.range();
  if (!(target_us >= range.min_us && target_us <= range.max_us))
    throw ConfigError(
        fmt::format("target: expected {} to {} µS, got {} µS", range.min_us, range.max_us, target_us));
}

}  // namespace

DeviceSample sample_devices(const DeviceModel& model, double target_us, const std::vector<double>& times_s,
                            int devices, RandomKey key) {
  check_target(model, target_us);
  for (const double time_s : times_s) model.check_time(time_s);
  const auto count = static_cast<size_t>(devices);
  const auto array = model.make("device", count, key.with("devices"));
  array->program(std::vector<float>(count, static_cast<float>(target_us)), {}, key.with("programming"));
  DeviceSample sample{array->written_us(), drift_sample(*array, model.drift_state()), {}};
  for (size_t t = 0; t < times_s.size(); ++t) {
    auto& conductances = sample.reads_us.emplace_back(count);
    for (size_t first = 0, block = 0; first < count; first += DeviceArray::block_devices, ++block)
      array->read(
          block, times_s[t], key.with("read", t),
          std::span(conductances).subspan(first, std::min(DeviceArray::block_devices, count - first)));
  }
  return sample;
}

std::vector<TargetStatistics> measure_devices(const DeviceModel& model, const std::vector<double>& targets_us,
                                              const std::vector<double>& times_s, int devices,
                                              RandomKey key) {
  for (const double target : targets_us) check_target(model, target);
  for (const double time_s : times_s) model.check_time(time_s);
  std::vector<TargetStatistics> results(targets_us.size());
  parallel_for(targets_us.size(), [&](size_t i) {
    results[i] = measure_target(model, targets_us[i], times_s, devices, key.with("target", i));
  });
  return results;
}

}  // namespace mho
