// SPDX-License-Identifier: Apache-2.0
// Device arrays as the tests of device models use them: many devices of one model, and their state by name.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/analog/devices/device_model.hpp"

namespace mho::test {

/// Devices of a model that is kept alive, with their columns open.
class ProgrammedDevices {
 public:
  ProgrammedDevices(const DeviceModel& model, std::span<const float> targets_us, RandomKey key)
      : array_(model.make("device", targets_us.size(), key)) {
    array_->program(targets_us, {}, key);
  }
  ProgrammedDevices(const ProgrammedDevices& other) : array_(other.array_->clone()) {}

  /// One number of every device's state, to be read or set.
  std::vector<float>& column(const std::string& name) {
    for (const auto& found : array_->state())
      if (found.name == name) return *found.values;
    throw std::invalid_argument("no state column " + name);
  }
  std::vector<float>& written() { return column("written_us"); }
  /// Sets a column to one value.
  ProgrammedDevices& fill(const std::string& name, float value) {
    std::fill(column(name).begin(), column(name).end(), value);
    return *this;
  }

  std::vector<float> read(double time_s, std::uint64_t seed) const {
    return read_all(*array_, time_s, RandomKey(seed));
  }
  DeviceArray& array() { return *array_; }

  static std::vector<float> read_all(const DeviceArray& array, double time_s, RandomKey key) {
    std::vector<float> values(array.size());
    for (size_t first = 0, block = 0; first < values.size(); first += DeviceArray::block_devices, ++block)
      array.read(
          block, time_s, key,
          std::span(values).subspan(first, std::min(DeviceArray::block_devices, values.size() - first)));
    return values;
  }

 private:
  std::unique_ptr<DeviceArray> array_;
};

}  // namespace mho::test
