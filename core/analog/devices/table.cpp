// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/analog/devices/measurement_csv.hpp"
#include "core/base/error.hpp"

namespace mho {
namespace {

/// The column at conductances x g_max, over `unit`.
void interpolate(const std::vector<float>& g_us, const std::vector<float>& column, float g_max_us,
                 std::span<const float> x, float unit, std::span<float> values) {
  for (size_t i = 0; i < x.size(); ++i) {
    const float g = x[i] * g_max_us;
    const auto above = static_cast<size_t>(std::upper_bound(g_us.begin(), g_us.end(), g) - g_us.begin());
    const size_t right = std::clamp(above, size_t{1}, g_us.size() - 1), left = right - 1;
    const float part = std::min((g - g_us[left]) / (g_us[right] - g_us[left]), 1.0f);
    values[i] = (column[left] + part * (column[right] - column[left])) / unit;
  }
}

}  // namespace

DeviceTable read_device_table(const std::string& file) {
  const auto csv = read_measurements(
      "table", file, {{"g_us", "sigma_us", "nu_mean", "nu_deviation", "read_noise"}, 2, false});
  const auto rows = csv.lines.size();
  const auto& g = csv.columns[0];
  for (size_t row = 0; row < rows; ++row) {
    if (row == 0 && g[0] != 0) csv.fail(row, fmt::format("expected the first g_us to be 0, got {}", g[0]));
    if (row > 0 && g[row] <= g[row - 1])
      csv.fail(row, fmt::format("expected g_us above the row before, {}, got {}", g[row - 1], g[row]));
  }
  const auto column = [&](size_t number) {
    return csv.columns[number].empty() ? std::vector<float>(rows) : csv.columns[number];
  };
  return {g, column(1), column(2), column(3), column(4)};
}

TableDevice::TableDevice(double g_max_us, const TableParameters& parameters, const DeviceScales& scales)
    : PowerLawDevice(g_max_us, parameters.t_0_s, parameters.t_read_s, scales),
      table_(read_device_table(parameters.file)),
      g_max_us_(static_cast<float>(g_max_us)) {
  if (g_max_us_ > table_.g_us.back())
    throw ConfigError(fmt::format("{}: expected g_us up to hardware.g_max_us = {} µS, got up to {}",
                                  parameters.file, g_max_us, table_.g_us.back()));
}

void TableDevice::programming_deviation(std::span<const float> x, std::span<float> deviation) const {
  interpolate(table_.g_us, table_.sigma_us, g_max_us_, x, g_max_us_, deviation);
}

void TableDevice::exponent_statistics(std::span<const float> x, std::span<float> mean,
                                      std::span<float> deviation) const {
  interpolate(table_.g_us, table_.nu_mean, g_max_us_, x, 1, mean);
  interpolate(table_.g_us, table_.nu_deviation, g_max_us_, x, 1, deviation);
}

void TableDevice::read_noise(std::span<const float> x, std::span<float> fraction) const {
  interpolate(table_.g_us, table_.read_noise, g_max_us_, x, 1, fraction);
}

}  // namespace mho
