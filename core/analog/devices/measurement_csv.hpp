// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mho {

/// Which columns a CSV of measurements has: the first `needed` of `names` must be there. With `gaps` cells
/// may be empty.
struct MeasurementLayout {
  std::vector<std::string> names;
  std::size_t needed = 1;
  bool gaps = false;
};

/// Numbers that a user measured, and where they stand.
struct MeasurementCsv {
  std::string file;
  std::vector<std::vector<float>> columns;  ///< by the layout's names; empty where the file has none
  std::vector<int> lines;                   ///< of each row; gaps are NaN

  /// Throws ConfigError: file:line of that row (or the last line) and what is wrong there.
  [[noreturn]] void fail(std::size_t row, const std::string& what) const;
};

/// Reads the file of device.`device`.file. A first line names the columns, in any order; empty lines and
/// lines that begin with # are skipped. Throws ConfigError (file:line, expected, got) for a missing file, an
/// unknown, missing or doubled column, a cell that is no number or below 0 or, without gaps, empty, and for
/// fewer than two rows.
MeasurementCsv read_measurements(const std::string& device, const std::string& file,
                                 const MeasurementLayout& layout);

}  // namespace mho
