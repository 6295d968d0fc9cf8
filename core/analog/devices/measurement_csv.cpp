// SPDX-License-Identifier: Apache-2.0
#include "core/analog/devices/measurement_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files/text_file.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
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

class Reader {
 public:
  Reader(const std::string& file, const MeasurementLayout& layout) : layout_(layout) {
    csv_.file = file;
    csv_.columns.resize(layout.names.size());
  }

  MeasurementCsv read(const std::string& text) {
    std::istringstream lines(text);
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
    if (csv_.lines.size() < 2)
      fail(fmt::format("expected a line of names and two rows or more, got {} rows", csv_.lines.size()));
    return csv_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw ConfigError(fmt::format("{}:{}: {}", csv_.file, std::max(line_, 1), what));
  }

  void read_names(const std::vector<std::string>& names) {
    for (const auto& name : names) {
      const auto known = std::find(layout_.names.begin(), layout_.names.end(), name);
      if (known == layout_.names.end())
        fail(fmt::format("unknown column '{}'{}; known: {}", name, did_you_mean(name, layout_.names),
                         join(layout_.names)));
      const auto column = static_cast<size_t>(known - layout_.names.begin());
      if (std::find(columns_.begin(), columns_.end(), column) != columns_.end())
        fail(fmt::format("expected each column once, got '{}' twice", name));
      columns_.push_back(column);
    }
    for (size_t needed = 0; needed < layout_.needed; ++needed)
      if (std::find(columns_.begin(), columns_.end(), needed) == columns_.end())
        fail(fmt::format("expected a column '{}', got {}", layout_.names[needed], join(names)));
  }

  float number(const std::string& cell, const std::string& column) const {
    if (cell.empty() && layout_.gaps) return std::numeric_limits<float>::quiet_NaN();
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
    for (size_t i = 0; i < cells.size(); ++i)
      csv_.columns[columns_[i]].push_back(number(cells[i], layout_.names[columns_[i]]));
    csv_.lines.push_back(line_);
  }

  const MeasurementLayout& layout_;
  int line_ = 0;
  std::vector<size_t> columns_;  ///< which of the layout's names each cell is
  MeasurementCsv csv_;
};

}  // namespace

void MeasurementCsv::fail(std::size_t row, const std::string& what) const {
  throw ConfigError(fmt::format("{}:{}: {}", file, lines[std::min(row, lines.size() - 1)], what));
}

MeasurementCsv read_measurements(const std::string& device, const std::string& file,
                                 const MeasurementLayout& layout) {
  if (file.empty())
    throw ConfigError(fmt::format("device.{0}.file: expected a CSV file for device '{0}', got none", device));
  try {
    return Reader(file, layout).read(read_text_file(file));
  } catch (const DataError& error) {
    throw ConfigError(fmt::format("device.{}.file: {}", device, error.what()));
  }
}

}  // namespace mho
