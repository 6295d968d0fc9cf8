// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

/// Where a table begins and ends, and its values between.
class TableReader {
 public:
  explicit TableReader(const std::string& file) : file_(file) {}

  DeviceTable read() {
    if (file_.empty())
      throw ConfigError("device.table.file: expected a CSV file for device 'table', got none");
    std::istringstream lines(text());
    std::string line;
    while (std::getline(lines, line)) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.find_first_not_of(" \t") == std::string::npos || line.front() == '#') continue;
      if (columns_.empty())
        read_names(cells_of(line));
      else
        read_row(cells_of(line));
    }
    if (table_.g_us.size() < 2)
      fail(fmt::format("expected a line of names and two rows or more, got {} rows", table_.g_us.size()));
    return table_;
  }

 private:
  std::string text() const {
    try {
      return read_text_file(file_);
    } catch (const DataError& error) {
      throw ConfigError(std::string("device.table.file: ") + error.what());
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw ConfigError(fmt::format("{}:{}: {}", file_, std::max(line_, 1), what));
  }

  static std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream text(line + ",");
    std::string cell;
    while (std::getline(text, cell, ',')) {
      const auto begin = cell.find_first_not_of(" \t");
      cells.push_back(
          begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(" \t") - begin + 1));
    }
    return cells;
  }

  void read_names(const std::vector<std::string>& names) {
    for (const auto& name : names) {
      const auto known = std::find(all_names_.begin(), all_names_.end(), name);
      if (known == all_names_.end())
        fail(fmt::format("unknown column '{}'{}; known: {}", name, did_you_mean(name, all_names_),
                         join(all_names_)));
      const auto column = static_cast<size_t>(known - all_names_.begin());
      if (std::find(columns_.begin(), columns_.end(), column) != columns_.end())
        fail(fmt::format("expected each column once, got '{}' twice", name));
      columns_.push_back(column);
    }
    for (const size_t needed : {size_t{0}, size_t{1}})
      if (std::find(columns_.begin(), columns_.end(), needed) == columns_.end())
        fail(fmt::format("expected a column '{}', got {}", all_names_[needed], join(names)));
  }

  float number(const std::string& cell, const std::string& column) const {
    if (cell.empty()) fail(fmt::format("expected a number for {}, got nothing (a gap)", column));
    float value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
      fail(fmt::format("expected a number for {}, got '{}'", column, cell));
    if (value < 0) fail(fmt::format("expected {} of 0 or more, got {}", column, cell));
    return value;
  }

  void read_row(const std::vector<std::string>& cells) {
    if (cells.size() != columns_.size())
      fail(fmt::format("expected {} cells as in the line of names, got {}", columns_.size(), cells.size()));
    std::vector<float>* values[] = {&table_.g_us, &table_.sigma_us, &table_.nu_mean, &table_.nu_deviation,
                                    &table_.read_noise};
    for (auto* column : values) column->push_back(0);
    for (size_t i = 0; i < cells.size(); ++i)
      values[columns_[i]]->back() = number(cells[i], all_names_[columns_[i]]);
    const auto& g = table_.g_us;
    if (g.size() == 1 && g[0] != 0) fail(fmt::format("expected the first g_us to be 0, got {}", g[0]));
    if (g.size() > 1 && g.back() <= g[g.size() - 2])
      fail(fmt::format("expected g_us above the row before, {}, got {}", g[g.size() - 2], g.back()));
  }

  const std::vector<std::string> all_names_{"g_us", "sigma_us", "nu_mean", "nu_deviation", "read_noise"};
  std::string file_;
  int line_ = 0;
  std::vector<size_t> columns_;  ///< which of all_names_ each cell is
  DeviceTable table_;
};

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

DeviceTable read_device_table(const std::string& file) { return TableReader(file).read(); }

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
