// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mho {

/// A table of comma-separated text (RFC 4180: quotes, doubled quotes inside them, CR LF or LF), a byte order
/// mark left out. Every row has as many cells as the first one. Cells stay in the text that came.
class CsvTable {
 public:
  /// `header`: whether the first line names the columns; else they are called "1", "2", ... `name` stands for
  /// the file in messages. Throws DataError (file:line, expected, found) for a row of another length, a quote
  /// that does not end, a column named twice, or no rows.
  CsvTable(std::string text, std::string name, bool header = true);

  const std::vector<std::string>& columns() const { return columns_; }
  size_t rows() const { return lines_.size(); }
  std::string_view cell(size_t row, size_t column) const {
    const auto [at, size] = cells_[row * columns_.size() + column];
    return std::string_view(text_).substr(at, size);
  }
  /// "file:line" of a row, for messages.
  std::string where(size_t row) const;
  const std::string& name() const { return name_; }

  /// The index of a column. Throws DataError with a did-you-mean.
  size_t column(const std::string& called) const;
  /// The columns that a list of names and ranges ("x0..x255", in the table's order) means. Throws DataError.
  std::vector<size_t> columns_of(const std::vector<std::string>& names) const;
  /// A cell as a finite number. Throws DataError (file:line: column).
  double number(size_t row, size_t column) const;

 private:
  struct Cell {
    size_t at, size;  ///< in text_
  };

  std::vector<Cell> read_line(size_t& at, size_t& line);
  Cell read_quoted(size_t& at, size_t& line);
  void name_columns(const std::vector<Cell>& cells, bool header);

  std::string text_, name_;
  std::vector<std::string> columns_;
  std::vector<Cell> cells_;
  std::vector<size_t> lines_;  ///< where each row begins, counted from 1
};

}  // namespace mho
