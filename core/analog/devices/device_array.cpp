// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/device_array.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "core/base/error.hpp"

namespace mho {
namespace {

/// Copies the state of device from[i] to device to[i], for all i.
void copy_devices(DeviceArray& source, std::span<const std::size_t> from, DeviceArray& target,
                  std::span<const std::size_t> to) {
  const auto sources = source.state(), targets = target.state();
  for (std::size_t column = 0; column < sources.size(); ++column)
    for (std::size_t i = 0; i < from.size(); ++i)
      (*targets[column].values)[to[i]] = (*sources[column].values)[from[i]];
}

/// Whole numbers and times as pairs of floats with the same bits: safetensors of ours hold floats only.
template <class T>
NamedTensor as_bits(std::span<const T> values) {
  static_assert(sizeof(T) == 8);
  NamedTensor tensor{{static_cast<std::int64_t>(values.size()), 2}, {}};
  for (const T value : values)
    for (const float half : std::bit_cast<std::array<float, 2>>(value)) tensor.values.push_back(half);
  return tensor;
}

/// Counts, each in the bits of one float.
NamedTensor as_bits(const std::vector<std::uint32_t>& counts) {
  NamedTensor tensor{{static_cast<std::int64_t>(counts.size())}, {}};
  for (const auto count : counts) tensor.values.push_back(std::bit_cast<float>(count));
  return tensor;
}

std::vector<std::uint32_t> counts_from_bits(const NamedTensor& tensor) {
  std::vector<std::uint32_t> counts;
  for (const float bits : tensor.values) counts.push_back(std::bit_cast<std::uint32_t>(bits));
  return counts;
}

template <class T>
std::vector<T> from_bits(const NamedTensor& tensor) {
  std::vector<T> values;
  for (std::size_t i = 0; i + 1 < tensor.values.size(); i += 2)
    values.push_back(std::bit_cast<T>(std::array{tensor.values[i], tensor.values[i + 1]}));
  return values;
}

}  // namespace

DeviceArray::DeviceArray(std::string label, std::size_t devices)
    : written_us_(devices), label_(std::move(label)) {}

std::vector<StateColumn> DeviceArray::state() { return {{"written_us", &written_us_}}; }

void DeviceArray::stick(std::vector<StuckDevice> stuck) {
  stuck_ = std::move(stuck);
  mark_stuck_devices();
  hold_stuck_devices();
}

void DeviceArray::mark_stuck_devices() {
  is_stuck_.assign(stuck_.empty() ? 0 : size(), false);
  for (const auto& fault : stuck_) is_stuck_[fault.device] = true;
}

void DeviceArray::hold_stuck_devices() {
  for (const auto& fault : stuck_) written_us_[fault.device] = fault.conductance_us;
}

void DeviceArray::program(std::span<const float> targets_us, const ProgrammingConfig& programming,
                          RandomKey key) {
  programming.check();
  if (targets_us.size() != size())
    throw RunError(
        fmt::format("programming devices: expected {} targets, got {}", size(), targets_us.size()));
  for (std::size_t first = 0, block = 0; first < size(); first += block_devices, ++block) {
    const auto targets = targets_us.subspan(first, std::min(block_devices, size() - first));
    program_devices(first, targets, key.with("program " + label_, block));
    if (programming.method == ProgrammingMethod::verify) verify_block(block, targets, programming, key);
  }
  counters_.programmed += static_cast<std::int64_t>(size());
  written_s_ = now_s_;
  own_written_s_.clear();
  hold_stuck_devices();
}

void DeviceArray::verify_block(std::size_t block, std::span<const float> targets_us,
                               const ProgrammingConfig& programming, RandomKey key) {
  const RandomKey block_key = key.with("verify " + label_, block);
  const std::size_t first = block * block_devices;
  // Devices whose last programming has not been read yet; `latest` holds them side by side.
  std::vector<std::size_t> open(targets_us.size()), places(targets_us.size());
  std::iota(open.begin(), open.end(), first);
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto latest = like(open.size());
  std::vector<float> values(open.size());
  const auto distance = [&](std::size_t i) { return std::fabs(values[i] - targets_us[open[i] - first]); };
  for (int iteration = 1; iteration <= programming.verify_iterations && !open.empty(); ++iteration) {
    const auto index = static_cast<std::uint64_t>(iteration);
    copy_devices(*this, open, *latest, places);
    latest->read_devices(0, {}, block_key.with("read", index), std::span(values).first(open.size()));
    std::size_t count = 0;
    for (std::size_t i = 0; i < open.size(); ++i)
      if (distance(i) > static_cast<float>(programming.verify_margin_us)) open[count++] = open[i];
    open.resize(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = targets_us[open[i] - first];
    latest->program_devices(0, std::span(values).first(count), block_key.with("program", index));
    copy_devices(*latest, std::span(places).first(count), *this, open);
    counters_.programmed += static_cast<std::int64_t>(count);
  }
}

void DeviceArray::rewrite(std::span<const DeviceTarget> targets, const ProgrammingConfig& programming,
                          RandomKey key) {
  programming.check();
  std::vector<std::size_t> devices, places;
  std::vector<float> targets_us;
  for (const auto& [device, target_us] : targets)
    if (is_stuck_.empty() || !is_stuck_[device]) {
      places.push_back(places.size());
      devices.push_back(device);
      targets_us.push_back(target_us);
    }
  const auto latest = like(devices.size());
  copy_devices(*this, devices, *latest, places);
  latest->program(targets_us, programming, key);
  copy_devices(*latest, places, *this, devices);
  counters_.programmed += latest->counters_.programmed;
  give_devices_clocks();
  for (const std::size_t device : devices) take_age_s(device);
}

void DeviceArray::give_devices_clocks() {
  if (own_written_s_.empty() && now_s_ != written_s_) own_written_s_.assign(size(), written_s_);
}

double DeviceArray::take_age_s(std::size_t device) {
  if (own_written_s_.empty()) return 0;
  const double age_s = now_s_ - own_written_s_[device];
  own_written_s_[device] = now_s_;
  return age_s;
}

void DeviceArray::pulse(std::span<const DevicePulses> pulses, RandomKey key) {
  if (!stuck_.empty()) {
    moving_.clear();
    std::copy_if(pulses.begin(), pulses.end(), std::back_inserter(moving_),
                 [&](const DevicePulses& p) { return !is_stuck_[p.device]; });
    pulses = moving_;
  }
  give_devices_clocks();
  settle(pulses);
  pulse_devices(pulses, key);
  if (pulses_of_.empty()) pulses_of_.assign(size(), 0);
  if (events_of_.empty()) events_of_.assign(size(), 0);
  for (const auto& [device, count] : pulses) {
    const auto made = static_cast<std::uint32_t>(std::abs(count));
    pulses_of_[device] += made;
    counters_.pulses += made;
    events_of_[device] += made > 0 ? 1 : 0;
    counters_.events += made > 0 ? 1 : 0;
  }
  if (!own_written_s_.empty())
    for (const auto& pulse : pulses) own_written_s_[pulse.device] = now_s_;
}

void DeviceArray::pulse_devices(std::span<const DevicePulses>, RandomKey) {
  throw ConfigError("device array '" + label_ +
                    "': expected a device model that takes pulses, got one that "
                    "can only be programmed");
}

void DeviceArray::advance(double seconds) {
  if (!(seconds >= 0))
    throw ConfigError(fmt::format("time that passes: expected at least 0 s, got {} s", seconds));
  now_s_ += seconds;
}

void DeviceArray::read(std::size_t block, double ahead_s, RandomKey key,
                       std::span<float> conductances_us) const {
  read_some(block * block_devices, ahead_s, key.with("read " + label_, block), conductances_us);
}

void DeviceArray::read_some(std::size_t first, double ahead_s, RandomKey key,
                            std::span<float> conductances_us) const {
  const std::size_t end = first + conductances_us.size();
  const double then_s = now_s_ + ahead_s;
  std::array<double, block_devices> ages;
  if (!own_written_s_.empty())
    for (std::size_t i = first; i < end; ++i) ages[i - first] = then_s - own_written_s_[i];
  const std::span<const double> each = std::span(ages).first(own_written_s_.empty() ? 0 : end - first);
  read_devices(first, {then_s - written_s_, each}, key, conductances_us);
  auto fault = std::lower_bound(stuck_.begin(), stuck_.end(), first,
                                [](const StuckDevice& a, std::size_t device) { return a.device < device; });
  for (; fault != stuck_.end() && fault->device < end; ++fault)
    conductances_us[fault->device - first] = fault->conductance_us;
}

void DeviceArray::save(const std::string& prefix, std::map<std::string, NamedTensor>& tensors) const {
  const auto devices = static_cast<std::int64_t>(size());
  // state() hands out the vectors to be written to; here they are only read.
  for (const auto& column : const_cast<DeviceArray*>(this)->state())
    tensors[prefix + column.name] = {{devices}, *column.values};
  tensors[prefix + "clock_s"] = as_bits<double>(std::array{now_s_, written_s_});
  tensors[prefix + "own_written_s"] = as_bits<double>(own_written_s_);
  tensors[prefix + "counters"] =
      as_bits<std::int64_t>(std::array{counters_.programmed, counters_.pulses, counters_.events});
  tensors[prefix + "pulses_of"] = as_bits(pulses_of_);
  tensors[prefix + "events_of"] = as_bits(events_of_);
  NamedTensor stuck{{static_cast<std::int64_t>(stuck_.size()), 2}, {}};
  for (const auto& fault : stuck_) {
    stuck.values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(fault.device)));
    stuck.values.push_back(fault.conductance_us);
  }
  tensors[prefix + "stuck"] = std::move(stuck);
}

void DeviceArray::load(const std::string& prefix, const std::map<std::string, NamedTensor>& tensors) {
  const auto find = [&](const std::string& name, std::size_t numbers,
                        bool may_be_empty) -> const NamedTensor& {
    const auto found = tensors.find(prefix + name);
    const std::size_t got = found == tensors.end() ? 0 : found->second.values.size();
    if (found == tensors.end() || (got != numbers && !(may_be_empty && got == 0)))
      throw DataError(fmt::format("device state: tensor {}{}: expected {} numbers, found {}", prefix, name,
                                  numbers, got));
    return found->second;
  };
  for (const auto& column : state()) *column.values = find(column.name, size(), false).values;
  const auto clock = from_bits<double>(find("clock_s", 4, false));
  now_s_ = clock[0];
  written_s_ = clock[1];
  own_written_s_ = from_bits<double>(find("own_written_s", 2 * size(), true));
  const auto counts = from_bits<std::int64_t>(find("counters", 6, false));
  counters_ = {counts[0], counts[1], counts[2]};
  pulses_of_ = counts_from_bits(find("pulses_of", size(), true));
  events_of_ = counts_from_bits(find("events_of", size(), true));
  load_stuck(prefix + "stuck", tensors);
}

void DeviceArray::load_stuck(const std::string& name, const std::map<std::string, NamedTensor>& tensors) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.values.size() % 2 != 0)
    throw DataError(
        fmt::format("device state: tensor {}: expected a device and a conductance for each stuck "
                    "device, found {}",
                    name, found == tensors.end() ? "none" : "an odd number of values"));
  const auto& values = found->second.values;
  stuck_.clear();
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const std::size_t device = std::bit_cast<std::uint32_t>(values[i]);
    if (device >= size() || (!stuck_.empty() && device <= stuck_.back().device))
      throw DataError(fmt::format("device state: tensor {}: expected rising devices below {}, found {}", name,
                                  size(), device));
    stuck_.push_back({device, values[i + 1]});
  }
  mark_stuck_devices();
}

}  // namespace mho
