// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/write_counts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/analog/tile/crossbar_matrix.hpp"

namespace mho {
namespace {

CountSpread spread_of(std::vector<std::uint32_t> counts) {
  if (counts.empty()) return {};
  CountSpread spread;
  for (const auto count : counts) spread.mean += count;
  spread.mean /= static_cast<double>(counts.size());
  const auto rank = static_cast<size_t>(std::ceil(0.999 * static_cast<double>(counts.size()))) - 1;
  std::nth_element(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(rank), counts.end());
  spread.p999 = counts[rank];
  spread.max = *std::max_element(counts.begin(), counts.end());
  return spread;
}

/// Devices with 0, 1, 2 to 3, 4 to 7, ... pulses.
std::vector<std::int64_t> histogram_of(const std::vector<std::uint32_t>& counts) {
  std::vector<std::int64_t> histogram;
  for (const auto count : counts) {
    const auto bin = static_cast<size_t>(std::bit_width(count));
    if (histogram.size() <= bin) histogram.resize(bin + 1);
    ++histogram[bin];
  }
  return histogram;
}

void append(const std::vector<std::uint32_t>& counts, size_t devices, std::vector<std::uint32_t>& all) {
  if (counts.empty())
    all.resize(all.size() + devices);
  else
    all.insert(all.end(), counts.begin(), counts.end());
}

}  // namespace

WriteCounts count_writes(const std::vector<const CrossbarMatrix*>& matrices, std::int64_t weights,
                         std::int64_t samples, const DeviceModel& model) {
  std::vector<std::uint32_t> pulses, events;
  double all_events = 0, all_pulses = 0;
  for (const auto* matrix : matrices) {
    all_events += static_cast<double>(matrix->counters().events);
    all_pulses += static_cast<double>(matrix->counters().pulses);
    for (size_t p = 0; p < matrix->targets().cell.planes.size(); ++p) {
      const auto& devices = matrix->devices(p);
      append(devices.pulses_of(), devices.size(), pulses);
      append(devices.events_of(), devices.size(), events);
    }
  }
  WriteCounts writes;
  writes.pulse_histogram = histogram_of(pulses);
  writes.pulses_per_device = spread_of(std::move(pulses));
  writes.events_per_device = spread_of(std::move(events));
  if (weights > 0 && samples > 0)
    writes.events_per_weight_sample =
        all_events / static_cast<double>(weights) / static_cast<double>(samples);
  const auto budget = model.pulse_budget();
  if (budget.endurance_pulses > 0)
    writes.endurance_share = writes.pulses_per_device.max / budget.endurance_pulses;
  writes.update_energy_low_j = all_pulses * budget.pulse_energy_low_j;
  writes.update_energy_high_j = all_pulses * budget.pulse_energy_high_j;
  return writes;
}

}  // namespace mho
