// SPDX-License-Identifier: Apache-2.0
#include "core/analog/programmed_plane.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mho {
namespace {

template <class T>
auto part(T& values, size_t first, size_t count) {
  return std::span(values).subspan(first, count);
}

/// Programs devices [first, first + targets) of `states`.
void program(const DeviceModel& model, std::span<const float> targets_us, RandomKey key, DeviceStates& states,
             size_t first) {
  const size_t count = targets_us.size();
  model.program(targets_us, key, part(states.programmed_us, first, count),
                part(states.exponents, first, count), part(states.noise, first, count));
}

void read_states(const DeviceModel& model, const DeviceStates& states, size_t first, double time_s,
                 RandomKey key, std::span<float> conductances_us) {
  const size_t count = conductances_us.size();
  model.read(part(states.programmed_us, first, count), part(states.exponents, first, count),
             part(states.noise, first, count), time_s, key, conductances_us);
}

void copy_device(const DeviceStates& from, size_t i, DeviceStates& to, size_t j) {
  to.programmed_us[j] = from.programmed_us[i];
  to.exponents[j] = from.exponents[i];
  to.noise[j] = from.noise[i];
}

}  // namespace

ProgrammedPlane::ProgrammedPlane(std::string label, const std::vector<float>& targets_us,
                                 std::vector<StuckDevice> stuck, const ProgrammingConfig& programming,
                                 const DeviceModel& model, RandomKey key)
    : label_(std::move(label)), model_(&model), states_(targets_us.size()), stuck_(std::move(stuck)) {
  programming.check();
  for (size_t first = 0, block = 0; first < targets_us.size(); first += block_devices, ++block) {
    const auto targets = part(targets_us, first, std::min(block_devices, targets_us.size() - first));
    program(*model_, targets, key.with("program " + label_, block), states_, first);
    if (programming.method == "verify") verify_block(block, targets, programming, key);
  }
  for (const auto& fault : stuck_) states_.programmed_us[fault.device] = fault.conductance_us;
}

void ProgrammedPlane::verify_block(size_t block, std::span<const float> targets_us,
                                   const ProgrammingConfig& programming, RandomKey key) {
  const RandomKey block_key = key.with("verify " + label_, block);
  const size_t first = block * block_devices;
  // Devices whose last programming has not been read yet, and their states.
  std::vector<size_t> open(targets_us.size());
  std::iota(open.begin(), open.end(), first);
  DeviceStates latest(open.size());
  std::vector<float> values(open.size());
  const auto distance = [&](size_t i) { return std::fabs(values[i] - targets_us[open[i] - first]); };
  for (int iteration = 1; iteration <= programming.verify_iterations && !open.empty(); ++iteration) {
    const auto index = static_cast<std::uint64_t>(iteration);
    for (size_t i = 0; i < open.size(); ++i) copy_device(states_, open[i], latest, i);
    read_states(*model_, latest, 0, 0.0, block_key.with("read", index), part(values, 0, open.size()));
    size_t count = 0;
    for (size_t i = 0; i < open.size(); ++i)
      if (distance(i) > static_cast<float>(programming.verify_margin_us)) open[count++] = open[i];
    open.resize(count);
    for (size_t i = 0; i < count; ++i) values[i] = targets_us[open[i] - first];
    program(*model_, part(values, 0, count), block_key.with("program", index), latest, 0);
    for (size_t i = 0; i < count; ++i) copy_device(latest, i, states_, open[i]);
  }
}

void ProgrammedPlane::read(size_t block, double time_s, RandomKey key,
                           std::span<float> conductances_us) const {
  const size_t first = block * block_devices, end = first + conductances_us.size();
  read_states(*model_, states_, first, time_s, key.with("read " + label_, block), conductances_us);
  auto fault = std::lower_bound(stuck_.begin(), stuck_.end(), first,
                                [](const StuckDevice& a, size_t device) { return a.device < device; });
  for (; fault != stuck_.end() && fault->device < end; ++fault)
    conductances_us[fault->device - first] = fault->conductance_us;
}

}  // namespace mho
