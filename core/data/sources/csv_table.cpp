// SPDX-License-Identifier: Apache-2.0
#include "core/data/sources/csv_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"

namespace mho {
namespace {

constexpr size_t longest_shown = 40;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

CsvTable::CsvTable(std::string text, std::string name, bool header)
    : text_(std::move(text)), name_(std::move(name)) {
  size_t at = text_.starts_with("\xef\xbb\xbf") ? 3 : 0, line = 1;
  while (at < text_.size()) {
    const auto begins = line;
    const auto cells = read_line(at, line);
    if (cells.size() == 1 && cells[0].size == 0) continue;  // an empty line
    const bool first = columns_.empty();
    if (first) name_columns(cells, header);
    if (first && header) continue;
    if (cells.size() != columns_.size())
      throw DataError(
          fmt::format("{}:{}: expected {} columns, found {}", name_, begins, columns_.size(), cells.size()));
    cells_.insert(cells_.end(), cells.begin(), cells.end());
    lines_.push_back(begins);
  }
  if (lines_.empty())
    throw DataError(fmt::format("{}:{}: expected rows{}, found none", name_, line,
                                header ? " below a line of column names" : ""));
}

/// The cells up to the end of the line, which `at` leaves behind it.
std::vector<CsvTable::Cell> CsvTable::read_line(size_t& at, size_t& line) {
  std::vector<Cell> cells;
  for (bool more = true; more;) {
    if (at < text_.size() && text_[at] == '"') {
      cells.push_back(read_quoted(at, line));
    } else {
      const auto end = std::min(text_.find_first_of(",\n", at), text_.size());
      cells.push_back({at, end - at});
      at = end;
    }
    more = at < text_.size() && text_[at] == ',';
    if (more) ++at;
  }
  auto& last = cells.back();
  if (last.size > 0 && text_[last.at + last.size - 1] == '\r') --last.size;
  if (at < text_.size()) ++at;  // the line feed
  ++line;
  return cells;
}

/// A cell in quotes; the text inside moves to its beginning where quotes were doubled.
CsvTable::Cell CsvTable::read_quoted(size_t& at, size_t& line) {
  const size_t begins = line, first = at + 1;
  size_t to = first, from = first;
  for (;; ++from) {
    if (from >= text_.size())
      throw DataError(fmt::format("{}:{}: expected a closing quote, found the end", name_, begins));
    if (text_[from] == '"') {
      if (from + 1 >= text_.size() || text_[from + 1] != '"') break;
      ++from;
    }
    if (text_[from] == '\n') ++line;
    text_[to++] = text_[from];
  }
  at = from + 1;
  if (at < text_.size() && text_[at] == '\r') ++at;
  if (at < text_.size() && text_[at] != ',' && text_[at] != '\n')
    throw DataError(
        fmt::format("{}:{}: expected a comma or the line's end behind a closing quote, found '{}'", name_,
                    line, text_[at]));
  return {first, to - first};
}

void CsvTable::name_columns(const std::vector<Cell>& cells, bool header) {
  std::set<std::string> seen;
  for (size_t i = 0; i < cells.size(); ++i) {
    const auto text = trimmed(std::string_view(text_).substr(cells[i].at, cells[i].size));
    columns_.push_back(header ? std::string(text) : std::to_string(i + 1));
    if (!seen.insert(columns_.back()).second)
      throw DataError(fmt::format("{}:1: expected each column once, found '{}' twice", name_, text));
  }
}

std::string CsvTable::where(size_t row) const { return fmt::format("{}:{}", name_, lines_[row]); }

size_t CsvTable::column(const std::string& called) const {
  const auto found = std::find(columns_.begin(), columns_.end(), called);
  if (found != columns_.end()) return static_cast<size_t>(found - columns_.begin());
  auto known = join(columns_);
  if (known.size() > 200) known = known.substr(0, 200) + " ...";
  throw DataError(fmt::format("{}:1: expected a column '{}', found none{}; columns: {}", name_, called,
                              did_you_mean(called, columns_), known));
}

std::vector<size_t> CsvTable::columns_of(const std::vector<std::string>& names) const {
  std::vector<size_t> found;
  for (const auto& called : names) {
    const auto dots = called.find("..");
    if (dots == called.npos || std::find(columns_.begin(), columns_.end(), called) != columns_.end()) {
      found.push_back(column(called));
      continue;
    }
    const auto first = column(called.substr(0, dots)), last = column(called.substr(dots + 2));
    if (last < first)
      throw DataError(
          fmt::format("{}:1: expected '{}' to name columns in the table's order, found the second "
                      "before the first",
                      name_, called));
    for (size_t i = first; i <= last; ++i) found.push_back(i);
  }
  return found;
}

double CsvTable::number(size_t row, size_t column) const {
  const auto text = trimmed(cell(row, column));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(value)) return value;
  throw DataError(fmt::format("{}: column '{}': expected a finite number, found '{}'", where(row),
                              columns_[column], text.substr(0, longest_shown)));
}

}  // namespace mho
