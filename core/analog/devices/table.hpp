// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/analog/devices/power_law.hpp"

namespace mho {

/// Measurements of a device: values in columns over rising conductances.
struct DeviceTable {
  std::vector<float> g_us;      ///< rises from 0
  std::vector<float> sigma_us;  ///< programming deviation
  std::vector<float> nu_mean, nu_deviation;
  std::vector<float> read_noise;  ///< relative
};

/// Reads the CSV of TableParameters. A first line names the columns: g_us and sigma_us, and any of nu_mean,
/// nu_deviation, read_noise (0 where left out); empty lines and lines that begin with # are skipped. Throws
/// ConfigError (file:line, expected, got) for a missing file, an unknown, missing or doubled column, a cell
/// that is empty or no number, a negative value, conductances that do not rise from 0, fewer than two rows.
DeviceTable read_device_table(const std::string& file);

/// A power-law device whose statistics are a user's table, interpolated linearly: sigma, nu and its deviation
/// at the target, read noise at the programmed conductance (its last value beyond the last row). Absolute µS:
/// nothing scales with g_max.
class TableDevice : public PowerLawDevice {
 public:
  /// Throws ConfigError like read_device_table, when no file is named, and when the table ends below g_max.
  explicit TableDevice(double g_max_us, const TableParameters& parameters, const DeviceScales& scales = {});

 protected:
  void programming_deviation(std::span<const float> x, std::span<float> deviation) const override;
  void exponent_statistics(std::span<const float> x, std::span<float> mean,
                           std::span<float> deviation) const override;
  void read_noise(std::span<const float> x, std::span<float> fraction) const override;

 private:
  DeviceTable table_;
  float g_max_us_;
};

}  // namespace mho
